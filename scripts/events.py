"""Prints docs/events.md: every type of event in the log, from the structs that declare them."""

import re
import sys
from importlib import import_module
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import FieldInfo, fields

from schemas.field_docstrings import field_docstrings
from schemas.nouns import CustomerIn, PersonIn, PortfolioIn
from service.domain.record.event import EVENTS, Event

HEAD = """# Events of the log

Made by `make openapi` from `service/domain/record`; a test compares. `GET /v1/events` lists them: `type`,
`subject` (whose stream the event is in), `actor`, `at`, `position`, `digest`, and `data`, described
here: ids, facts and commitments, never words. Later releases add types and fields, and take none away. A
commitment is the salted SHA-256 of words that are stored elsewhere.
"""
WORDS = {
    "team": "They stay.",
    "customer": "They go when the customer is erased.",
    "conversation": "They go when the conversation is erased.",
    "citation": "They go when the cited conversation is erased.",
    "outcome": "They go when a conversation that it rests on is erased.",
}
ORDER = (
    *("concept", "process", "decision", "conversation", "citation", "approval", "review", "waiver"),
    *("outcome", "badge", "theme", "customer", "person", "portfolio", "token", "webhook", "signing_key"),
    "leap",
)
"""The files of the record, as a reader would take them."""
NAMES: dict[Any, str] = {str: "text", int: "whole number", bool: "true or false", type(None): "null"}
MODELS = {"customer": CustomerIn, "person": PersonIn, "portfolio": PortfolioIn}


def document() -> str:
    """The whole page."""
    return HEAD + "".join(map(_section, ORDER))


def _section(name: str) -> str:
    module = import_module(f"service.domain.record.{name}")
    mine = [event for event in EVENTS.values() if vars(module).get(event.__name__) is event]
    title = re.split("[.,:]", str(module.__doc__))[0]
    return f"\n## {title}\n" + "".join(map(_event, mine))


def _event(event: type[Event]) -> str:
    traits = [f"In the stream of the {event.of}."]
    if event.words_of is not None:
        traits.append(f"It has words. {WORDS[event.words_of]}")
    if event.is_folded:
        traits.append("Verdicts rest on it.")
    meanings, types = _meanings(event), get_type_hints(event)
    rows = "".join(_row(field, types[field.name], meanings.get(field.name, "")) for field in fields(event))
    head = f"\n### {event.type}\n\n{event.__doc__} {' '.join(traits)}\n"
    return f"{head}\n| data | | |\n| --- | --- | --- |\n{rows}"


def _row(field: FieldInfo, type: Any, meaning: str) -> str:
    missing = " May be left out." if field.default is UNSET else ""
    return f"| `{field.encode_name}` | {_named(type)} | {meaning}{missing} |\n"


def _named(type: Any) -> str:
    """A type in words."""
    parts = [part for part in get_args(type) if part not in (Ellipsis, UnsetType)]
    if type in NAMES or not parts:
        return NAMES.get(type) or _of_class(type)
    named = [_named(part) for part in parts if not isinstance(part, str)]
    match get_origin(type).__name__:
        case "Literal":
            return ", ".join(f"`{part}`" for part in parts)
        case "tuple" if Ellipsis in get_args(type):
            return f"list of {named[0]}"
        case "dict":
            return f"object: {named[1]} by key"
    return " or ".join(named) if get_origin(type) is not tuple else f"[{', '.join(named)}]"


def _of_class(type: Any) -> str:
    if issubclass(type, Struct):
        return "object: " + ", ".join(f"`{name}`" for name in type.__struct_fields__)
    if hasattr(type, "_fields"):
        return "[" + ", ".join(type._fields) + "]"
    return "instant"


def _meanings(event: type[Event]) -> dict[str, str]:
    """What is written below a field in the struct, or in the model that the event follows from."""
    described: type = event
    if event.__module__.endswith(".noun"):
        described = MODELS[str(event.of)]
    return {name: " ".join(text.split()) for name, text in field_docstrings(described).items()}


if __name__ == "__main__":
    sys.stdout.write(document())
