"""Counting distinct values that come and go with time, and when a count falls short."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from msgspec import Struct

from service.domain.criteria.matching import largest_matchings

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


def count_apart(
    intervals: Sequence[Interval], needed: int, as_of: datetime, clash: Callable[[int, int], bool]
) -> tuple[int, datetime]:
    """The most values that count and of which no two clash, and the first instant at which there are fewer
    than `needed`.

    Values stand in the order of time, and clash when they are too near each other: then the latest first is
    the most that there can be, and also lasts longest.
    """
    picked, ends = _apart(intervals, as_of, clash)
    actual, instant = len(picked), as_of
    while len(picked) >= needed and instant < FOREVER:
        instant = min((ends[value] for value in picked[:needed]), default=FOREVER)
        picked, ends = _apart(intervals, instant, clash)
    return actual, instant


def _apart(
    intervals: Iterable[Interval], instant: datetime, clash: Callable[[int, int], bool]
) -> tuple[list[int], dict[int, datetime]]:
    ends, picked = _ends(intervals, instant), list[int]()
    for value in sorted(ends, reverse=True):
        if not any(clash(value, other) for other in reversed(picked)):
            picked.append(value)
    return picked, ends


def count_matched(intervals: Sequence[Interval], needed: int, as_of: datetime) -> tuple[int, datetime]:
    """The most pairs that share no value among the intervals' pairs of values, and the first instant at which
    there are fewer than `needed`."""
    sizes = _matched(intervals, as_of)
    actual, instant = len(sizes), as_of
    while len(sizes) >= needed and instant < FOREVER:
        instant = sizes[needed - 1] if needed else FOREVER
        sizes = _matched(intervals, instant)
    return actual, instant


def _matched(intervals: Iterable[Interval], instant: datetime) -> list[datetime]:
    """Up to when there is one pair, up to when there are two, and so on."""
    counting = [each for each in intervals if each.counts_at(instant)]
    counting.sort(key=attrgetter("end"), reverse=True)
    ends: list[datetime] = []
    matchings = largest_matchings((each.values[0], each.values[1]) for each in counting)
    for each, matched in zip(counting, matchings, strict=True):
        if len(matched) > len(ends):
            ends.append(each.end)
    return ends


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
