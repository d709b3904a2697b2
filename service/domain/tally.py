"""Counting distinct values that come and go with time, and when a count falls short."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Spell:
    """Values that count from `start` and no longer at `end`."""

    start: datetime
    end: datetime
    values: tuple[object, ...]

    def counts_at(self, instant: datetime) -> bool:
        """Whether they count: from the start up to, and not at, the end."""
        return self.start <= instant < self.end


def distinct(spells: Iterable[Spell], instant: datetime) -> int:
    """How many different values count at this instant."""
    return len(_ends(spells, instant))


def enough_until(spells: Sequence[Spell], needed: int, as_of: datetime) -> datetime:
    """The first instant from `as_of` on at which fewer than `needed` values count, or FOREVER.

    Each value holds until the last of its spells ends; the needed-th longest of them sets the
    instant. There it is asked again, since others may have begun in the meantime.
    """
    instant = as_of
    while instant < FOREVER and len(ends := _ends(spells, instant)) >= needed:
        instant = sorted(ends.values(), reverse=True)[needed - 1]
        if all(spell.start <= as_of for spell in spells):
            break
    return instant


def _ends(spells: Iterable[Spell], instant: datetime) -> dict[object, datetime]:
    ends: dict[object, datetime] = {}
    for spell in spells:
        if spell.start <= instant < spell.end:
            for value in spell.values:
                if value not in ends or ends[value] < spell.end:
                    ends[value] = spell.end
    return ends
