"""Rows as the API shows them, and their ETags."""

from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import Row

from schemas.base import Model

M = TypeVar("M", bound=Model)
MARK = 16
"""Hexadecimal digits of what tells revisions of one number apart."""


def show_row(model: type[M], row: Any, **given: Any) -> M:
    """A row as this model: each field as it is given, or else the row's column of that name."""
    columns = {name: getattr(row, name) for name in model.model_fields if name not in given}
    return model(**columns, **given)


def etag(revision: int, digest: str) -> str:
    """Returns the ETag of a revision: in another history the one of this number has another digest."""
    return f'"{revision}-{digest[:MARK]}"'


def etag_of(row: Row[Any], *state: object) -> str:
    """Returns the ETag of a row: of its revision, and of the words that were entered with it, whose id was
    drawn at random. `state`: whatever else of it changes without words."""
    return etag(row.revision, sha256(repr((row.content, *state)).encode()).hexdigest())
