"""The ended leaps of a clock that a verdict has to do with: it rests on events that were recorded in them."""

from collections.abc import Sequence

from schemas.readiness import LeapSeen
from service.domain.facts.model import Leap

Used = list[tuple[int, str, str]]
"""(position, stream, digest) of events."""


def leaps_in(ended: Sequence[Leap], used: Used) -> tuple[Used, tuple[LeapSeen, ...]]:
    """The events, without the ends of leaps in which none of them was recorded; and the other leaps."""
    if not ended:
        return used, ()
    ends = {leap.seq for leap in ended}
    positions = [seq for seq, _, _ in used if seq not in ends]
    shown = [leap for leap in ended if any(leap.first <= seq < leap.seq for seq in positions)]
    others = ends.difference(leap.seq for leap in shown)
    seen = tuple(
        LeapSeen(first=leap.first, until=leap.until, ended_by=leap.seq, ended_at=leap.ended_at)
        for leap in shown
    )
    return [event for event in used if event[0] not in others], seen
