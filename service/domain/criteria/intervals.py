"""Counting distinct values that come and go with time, and when a count falls short."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.readiness import Evidence

ALWAYS, FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Earlier than any instant, and later."""


class Spell(NamedTuple):
    """Values that count from `start` and no longer at `end`. `evidence`: the citation they come from."""

    start: datetime
    end: datetime
    values: tuple[object, ...]
    evidence: Evidence | None = None

    def counts_at(self, instant: datetime) -> bool:
        """Whether they count: from the start up to, and not at, the end."""
        return self.start <= instant < self.end


def enough_until(spells: Iterable[Spell], needed: int, as_of: datetime) -> datetime:
    """The first instant from `as_of` on at which fewer than `needed` values count, or FOREVER."""
    return tally(spells, needed, as_of)[1]


def tally(spells: Iterable[Spell], needed: int, as_of: datetime) -> tuple[int, datetime]:
    """How many values count, and the first instant at which fewer than `needed` do.

    Each value holds until the last of its spells ends; the needed-th longest of them sets the
    instant. There it is asked again, since others may have begun in the meantime.
    """
    ends = _ends(spells, as_of)
    actual, instant = len(ends), as_of
    while len(ends) >= needed and instant < FOREVER:
        instant = sorted(ends.values(), reverse=True)[needed - 1]
        ends = _ends(spells, instant)
    return actual, instant


def _ends(spells: Iterable[Spell], instant: datetime) -> dict[object, datetime]:
    ends: dict[object, datetime] = {}
    for start, end, values, _ in spells:
        if start <= instant < end:
            for value in values:
                if value not in ends or ends[value] < end:
                    ends[value] = end
    return ends


def shown(spells: Iterable[Spell], as_of: datetime) -> list[Evidence]:
    """The citations among them that count at this instant."""
    return [each for start, end, _, each in spells if start <= as_of < end and each is not None]
