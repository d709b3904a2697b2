"""Counting distinct values that come and go with time, and when a count falls short."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

ALWAYS, FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Earlier than any instant, and later."""


class Interval(Struct, frozen=True, array_like=True, gc=False):
    """Values that count from `start` up to, and not at, `end`: numbers, equal where the values are.
    `evidence`: the place in the case's evidence of the citation that they come from."""

    start: datetime
    end: datetime
    values: tuple[int, ...]
    evidence: int | None = None

    def counts_at(self, instant: datetime) -> bool:
        """Returns whether its values count at this instant."""
        return self.start <= instant < self.end


def enough_until(intervals: Iterable[Interval], needed: int, as_of: datetime) -> datetime:
    """The first instant from `as_of` on at which fewer than `needed` values count, or FOREVER."""
    return count_distinct(intervals, needed, as_of)[1]


def count_distinct(intervals: Iterable[Interval], needed: int, as_of: datetime) -> tuple[int, datetime]:
    """The number of values that count, and the first instant at which fewer than `needed` do.

    Each value holds until the last of its intervals ends; the needed-th longest of them sets the instant.
    There it is counted again, since other intervals may have begun in the meantime.
    """
    ends = _ends(intervals, as_of)
    actual, instant = len(ends), as_of
    while len(ends) >= needed and instant < FOREVER:
        instant = sorted(ends.values(), reverse=True)[needed - 1]
        ends = _ends(intervals, instant)
    return actual, instant


def _ends(intervals: Iterable[Interval], instant: datetime) -> dict[int, datetime]:
    ends: dict[int, datetime] = {}
    for each in intervals:
        end = each.end
        if each.start <= instant < end:
            for value in each.values:
                if value not in ends or ends[value] < end:
                    ends[value] = end
    return ends


def evidence_at(intervals: Iterable[Interval], as_of: datetime) -> list[int]:
    """The indexes of the citations among them that count at this instant."""
    return [
        each.evidence for each in intervals if each.start <= as_of < each.end and each.evidence is not None
    ]
