"""Every event of the log: each file beside this one enters its own, and is read by its type."""

from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

from msgspec.json import Decoder

from service.domain import record
from service.domain.record.conversation import ConversationErased
from service.domain.record.customer import CustomerErased
from service.domain.record.event import EVENTS, Event, StreamOf, WordsOf

for module in iter_modules(record.__path__):
    import_module(f"{record.__name__}.{module.name}")


class Unknown(Event, frozen=True):
    """An event of a type that this release does not know: it says nothing here."""

    of: ClassVar[StreamOf | None] = None
    is_folded: ClassVar[bool] = False


UNKNOWN = Unknown()
_DECODERS = {type: Decoder(event).decode for type, event in EVENTS.items()}
TURNED = tuple(type for type, event in EVENTS.items() if event.turns)
ERASURES = {ConversationErased.type: "conversation", CustomerErased.type: "customer"}
"""The types of events that say that words were erased, and whose."""


def read(type: str, data: str) -> Event:
    """The event of this type that was written so. Raises msgspec.DecodeError where it cannot be one."""
    decode = _DECODERS.get(type)
    return UNKNOWN if decode is None else decode(data)


def of(noun: StreamOf) -> tuple[str, ...]:
    """The types of events that belong to such streams."""
    return tuple(type for type, event in EVENTS.items() if event.of == noun)


def with_words_of(*whose: WordsOf) -> tuple[str, ...]:
    """The types of events whose words go with what is erased of these."""
    return tuple(type for type, event in EVENTS.items() if event.words_of in whose)
