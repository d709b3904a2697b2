"""The building blocks of every message: strict, frozen models and the few text, number and time types."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    StringConstraints,
)
from pydantic import StrictBool as Flag
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from schemas.field_docstrings import describe

__all__ = ["Count", "Flag", "Instant", "Key", "Label", "Model", "NewKey", "Part", "Tagged", "Url", "Words"]

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d")
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class Model(BaseModel):
    """A message: it cannot change once made, and a field it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler(core_schema)
        names = {name: field.alias for name, field in cls.model_fields.items() if field.alias}
        describe(handler.resolve_ref_schema(made), cls, names)
        return made


class Tagged(Model):
    """What may change, as it stands."""

    _etag: str = PrivateAttr("")

    @property
    def etag(self) -> str:
        """Returns the ETag of this state."""
        return self._etag

    def tagged(self, etag: str) -> Self:
        """Returns this with its ETag."""
        self._etag = etag
        return self


class Sealed:
    """Marks a field whose value is words: it is put where words live, and is gone once they are erased."""


def sealed_in(model: type[Model]) -> dict[str, Any]:
    """A model's words, and what stands in their place once they are erased."""
    return {name: _empty(field) for name, field in model.model_fields.items() if Sealed in field.metadata}


def _empty(field: FieldInfo) -> Any:
    if field.is_required():
        return ""
    return [] if field.default == () else None


def corrected(body: Model, of: type[Model]) -> dict[str, Any]:
    """What a correction says, in JSON's types, but for its reason. Null takes back what may be unsaid, and
    else says nothing."""
    given = body.model_dump(mode="json", include=body.model_fields_set - {"reason"})
    may_be_null = {name for name, field in of.model_fields.items() if field.default is None}
    return {name: value for name, value in given.items() if value is not None or name in may_be_null}


class Part:
    """A part of a document that the rules make in numbers, as a dataclass: checked when it is read back, and
    not each time it is made."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler(core_schema)
        describe(handler.resolve_ref_schema(made), cls, {})
        return made


def no_nul(value: str) -> str:
    """A text as it is; PostgreSQL holds none with a NUL in it."""
    if "\x00" in value:
        raise ValueError("must not contain the NUL character; remove it")
    return value


def _words(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank; say it in words")
    return no_nul(value)


def _written(value: Any) -> Any:
    if not isinstance(value, datetime) and not (isinstance(value, str) and DATED.match(value)):
        raise ValueError("must be text such as 2026-11-03T09:00:00Z; in an address, write + as %2B")
    return value


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must name its offset, as in 2026-11-03T09:00:00Z")
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        value = EARLIEST.replace(year=1)
    if not EARLIEST <= value < LATEST:
        raise ValueError("must lie between the years 1970 and 9000")
    return value


KEY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
"""A name chosen by the user: letters, digits, dots, dashes and underscores, 64 at most."""

IN_ADDRESSES = frozenset({"by-external", "bulk"})


def _free(key: str) -> str:
    if key in IN_ADDRESSES:
        raise ValueError("is a part of addresses here; choose another key")
    return key


NewKey = Annotated[Key, AfterValidator(_free)]
"""The key of something new."""

Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(no_nul),
]
"""A short text that people group by: a segment, a theme, a role."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=50_000), AfterValidator(_words)]
"""What somebody wrote, kept as written."""

Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000), AfterValidator(no_nul)]

Instant = Annotated[datetime, BeforeValidator(_written), AfterValidator(_instant)]
"""A UTC instant, RFC 3339."""

Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
"""A whole number of things, 1 to 10,000."""
