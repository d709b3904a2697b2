"""The evidence that criteria look at: the citations that count, as the verdict shows them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from schemas.process import Where
from schemas.readiness import Admitted, Evidence
from schemas.vocabulary import Unit
from service.domain.criteria.admissible import AssessedCitation
from service.domain.criteria.filters import SUPPORT, UNITS, Scope, filters_of, window_of
from service.domain.criteria.intervals import FOREVER, Interval, count_apart, count_distinct
from service.domain.facts.meetings import overlapping
from service.domain.facts.model import Conversation
from service.domain.record import edition


class EvidencePool:
    """The evidence of one case: a citation stands in it once for each instant at which it expires."""

    def __init__(self) -> None:
        self.entries: list[Evidence] = []
        self._indexes: dict[tuple[str, datetime], int] = {}

    def index_of(self, assessed: AssessedCitation, end: datetime) -> int:
        """The index of the citation that counts up to, and not at, `end`; it is added if it is new."""
        citation, conversation, _ = assessed
        index = self._indexes.setdefault((citation.id, end), len(self.entries))
        if index == len(self.entries):
            entry = Evidence(
                citation=citation.id,
                conversation=conversation.id,
                revision=conversation.revision,
                digest=conversation.digest,
                held_at=conversation.held_at,
                expires_at=None if end == FOREVER else end,
                stance=citation.stance,
                admitted=Admitted(**citation.admitted._asdict()) if citation.admitted else None,
            )
            self.entries.append(entry)
        return index


class Item(NamedTuple):
    """A citation that a criterion counts from `start` up to, and not at, `end`, and its index in the pool."""

    start: datetime
    end: datetime
    conversation: Conversation
    evidence: int


class View:
    """The citations before the criteria of a decision, or of the whole gate. Most criteria ask for different
    numbers of the same, so what one `where` lets through is worked out once."""

    def __init__(self, gate: str, own: Sequence[AssessedCitation], scope: Scope, pool: EvidencePool) -> None:
        self.gate, self.own, self.scope, self.pool = gate, own, scope, pool
        # By identity: a filter that is null and one that is left out compare as equal.
        self._through: dict[int, list[Item]] = {}

    def through(self, where: Where) -> list[Item]:
        """The citations that count and pass every filter but age, whenever they count."""
        items = self._through.get(id(where))
        if items is None:
            items = self._through[id(where)] = list(self._passing(where))
        return items

    def intervals(self, where: Where, unit: Unit) -> tuple[Interval, ...]:
        """The interval in which each of them counts, with what it adds to the unit."""
        return intervals_of(self.through(where), unit, self.scope)

    def meetings(self, where: Where) -> "Meetings":
        """The meetings that they tell of."""
        return meetings_of(self.through(where), self.scope)

    def _passing(self, where: Where) -> Iterable[Item]:
        scope = self.scope
        window, stances, filters = window_of(where, scope), where.stance or SUPPORT, filters_of(where)
        for assessed in self.own:
            if assessed.codes or assessed.citation.stance not in stances:
                continue
            conversation = assessed.conversation
            if not filters or all(passes(conversation, value, scope) for passes, value in filters):
                start = conversation.counts_from(scope.edition)
                end = FOREVER if window is None else conversation.held_at + window
                yield Item(start, end, conversation, self.pool.index_of(assessed, end))


def intervals_of(items: Iterable[Item], unit: Unit, scope: Scope) -> tuple[Interval, ...]:
    """The interval in which each counts, with what it adds to the unit: distinct values, numbered as they
    come."""
    values, numbers = UNITS[unit], dict[object, int]()
    return tuple(
        Interval(start, end, _numbered(values(conversation, scope), numbers), evidence)
        for start, end, conversation, evidence in items
    )


def _numbered(values: Iterable[object], numbers: dict[object, int]) -> tuple[int, ...]:
    """Numbers, equal where the values are; what is a number already stays so."""
    return tuple(
        value if isinstance(value, int) else numbers.setdefault(value, len(numbers)) for value in values
    )


class Meetings(Struct, frozen=True, array_like=True):
    """The interval in which each talk counts, numbered by when it was held, and the numbers of those that
    were one meeting: of these one counts."""

    intervals: tuple[Interval, ...]
    same: tuple[tuple[int, int], ...]

    def count(self, needed: int, as_of: datetime, *more: Interval) -> tuple[int, datetime]:
        """The number of meetings, and the first instant at which there are fewer than `needed`."""
        intervals = [*self.intervals, *more]
        if not self.same:
            return count_distinct(intervals, needed, as_of)
        same = {*self.same}
        return count_apart(intervals, needed, as_of, lambda one, other: (one, other) in same)


def meetings_of(items: Sequence[Item], scope: Scope) -> Meetings:
    """The meetings that these citations tell of. The first edition counted each talk."""
    pairs = [] if scope.edition == edition.FIRST else overlapping(item.conversation for item in items)
    if not pairs:
        return Meetings(intervals_of(items, "conversations", scope), ())
    talks = {item.conversation.id: item.conversation for item in items}
    order = sorted(talks, key=lambda id: (talks[id].held_at, id))
    numbers = {id: number for number, id in enumerate(order)}
    return Meetings(
        tuple(Interval(i.start, i.end, (numbers[i.conversation.id],), i.evidence) for i in items),
        tuple((min(pair), max(pair)) for pair in ((numbers[a.id], numbers[b.id]) for a, b in pairs)),
    )
