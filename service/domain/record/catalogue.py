"""Every event of the log: the modules that enter them, and reading one by its type."""

from typing import ClassVar

from msgspec.json import Decoder

from service.domain.record import (
    approval,
    badge,
    citation,
    concept,
    conversation,
    customer,
    decision,
    outcome,
    person,
    portfolio,
    process,
    review,
    signing_key,
    token,
    waiver,
    webhook,
)
from service.domain.record.event import EVENTS, Event, StreamOf, WordsOf

MODULES = (
    concept,
    process,
    decision,
    conversation,
    citation,
    approval,
    review,
    waiver,
    outcome,
    badge,
    customer,
    person,
    portfolio,
    token,
    webhook,
    signing_key,
)


class Unknown(Event, frozen=True):
    """An event of a type that this release does not know: it says nothing here."""

    of: ClassVar[StreamOf | None] = None
    is_folded: ClassVar[bool] = False


UNKNOWN = Unknown()
_DECODERS = {type: Decoder(event).decode for type, event in EVENTS.items()}
TURNED = tuple(type for type, event in EVENTS.items() if event.turns)
ERASURES = {conversation.ConversationErased.type: "conversation", customer.CustomerErased.type: "customer"}
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
