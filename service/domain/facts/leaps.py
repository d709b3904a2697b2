"""Leaps of a clock that were ended: whoever knows of the end dates no event before it later than it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from service.domain.record.event import LogEntry
from service.domain.record.leap import LeapEnded

Entry = LogEntry[Any]


OF_CLOCKS = "clock:"
"""What the names of such streams begin with."""


def stream_of(chain: str) -> str:
    """The stream of the ends of leaps in a portfolio's chain, or in the organisation's."""
    return f"{OF_CLOCKS}{chain}"


def redated(ordered: Sequence[Entry]) -> Sequence[Entry]:
    """These events, in the order of their positions, each at its instant; but no later than the end of a leap
    that comes after it."""
    if not any(type(entry.event) is LeapEnded for entry in ordered):
        return ordered
    bound: datetime | None = None
    entries = []
    for entry in reversed(ordered):
        at = entry.at if bound is None else min(entry.at, bound)
        entries.append(entry._replace(at=at))
        if isinstance(entry.event, LeapEnded):
            bound = at
    return entries[::-1]
