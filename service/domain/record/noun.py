"""Events of nouns that are recorded as their models have them, field by field."""

from collections.abc import Collection
from typing import Any

from msgspec import NODEFAULT, defstruct

from schemas.base import Model, sealed_in
from service.domain.record.event import Event, StreamOf, WordsOf, event


def created(of: StreamOf, model: type[Model], *, words_of: WordsOf, doc: str) -> type[Event]:
    """The event by which a noun is entered: all that its model says, but for the words."""
    return _entered(f"{of}.created", of, model, model.model_fields.keys(), words_of, doc)


def changed(
    of: StreamOf, model: type[Model], patch: type[Model], *, words_of: WordsOf, doc: str
) -> type[Event]:
    """The event by which it is changed: its key, and all that may change as it is from now on."""
    return _entered(f"{of}.changed", of, model, {"key", *patch.model_fields}, words_of, doc)


def _entered(
    name: str, of: StreamOf, model: type[Model], names: Collection[str], words_of: WordsOf, doc: str
) -> type[Event]:
    words = sealed_in(model)
    facts: list[tuple[str, Any, Any]] = [
        (name, field.annotation, NODEFAULT if field.is_required() else field.default)
        for name, field in model.model_fields.items()
        if name in names and name not in words
    ]
    struct: Any = defstruct(
        "".join(part.capitalize() for part in name.split(".")),
        [*facts, ("commitment", str, NODEFAULT)],
        bases=(Event,),
        namespace={"__doc__": doc, "__module__": __name__},
        frozen=True,
        kw_only=True,
    )
    entered: type[Event] = event(name, of=of, words_of=words_of)(struct)
    return entered
