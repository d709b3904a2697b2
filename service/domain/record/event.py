"""What every event of the log is: its type, its traits, and how its data is written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from msgspec import Struct, to_builtins

StreamOf = Literal[
    "clock",
    "concept",
    "conversation",
    "customer",
    "person",
    "portfolio",
    "process",
    "signing keys",
    "theme",
    "token",
    "webhook",
]
WordsOf = Literal["team", "customer", "conversation", "citation", "outcome"]


class Event(Struct, frozen=True):
    """The data of an event: ids, facts and commitments, never words.

    A field that came later has a default, for events of older releases; what newer releases add is not read.
    Fields stand in the order in which the log has them.
    """

    type: ClassVar[str]
    of: ClassVar[StreamOf | None]
    """Whose stream it belongs to: citations, decisions, reviews and so on are in their concept's."""
    words_of: ClassVar[WordsOf | None]
    """Whose erasure takes its words along. The team's own stay, a citation's go with its conversation, an
    outcome's with any conversation that it rests on. None: it has no words."""
    is_folded: ClassVar[bool]
    """Verdicts rest on it."""
    turns: ClassVar[bool]
    """It changes what was recorded before. Such events are few, and have an index of their own."""

    def written(self) -> dict[str, Any]:
        """The data for the log. Instants stay instants; what is UNSET is left out."""
        data: dict[str, Any] = to_builtins(self, builtin_types=(datetime,))
        return data


E = TypeVar("E", bound=Event)
EVENTS: dict[str, type[Event]] = {}
"""Every type of event, by name: whole once service.domain.record.catalogue is imported."""


def event(
    type: str, *, of: StreamOf, words_of: WordsOf | None = None, is_folded: bool = False, turns: bool = False
) -> Callable[[type[E]], type[E]]:
    """Enters a struct into EVENTS, with its traits. A type is entered once."""

    def enter(struct: Any) -> Any:
        if type in EVENTS:
            raise TypeError(f"{type} is {EVENTS[type].__name__} already")
        struct.type, struct.of, struct.words_of = type, of, words_of
        struct.is_folded, struct.turns = is_folded, turns
        EVENTS[type] = struct
        return struct

    return enter


class LogEntry(NamedTuple, Generic[E]):
    """An event as it stands in the log. `words` comes only where the verdict shows them."""

    seq: int
    at: datetime
    stream: str
    actor: str
    digest: str
    event: E
    words: Mapping[str, Any] | None = None
