"""Where leaps of a clock were ended in a chain."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from service.domain.facts.leaps import stream_of
from service.domain.record.leap import LeapEnded
from service.store.log.chains import events
from service.store.reading.concerns import CLOCK
from service.store.sql.prepared import Prepared


class End(NamedTuple):
    """The position and the instant at which a leap was ended."""

    seq: int
    at: datetime


_ENDS = Prepared(
    sa.select(events.c.seq, events.c.at)
    .where(events.c.stream == CLOCK, events.c.type == LeapEnded.type)
    .order_by(events.c.seq),
    End,
)


def ends_of(connection: sa.Connection, chain: str) -> list[End]:
    """The ends of leaps in the chain of a portfolio or the organisation, in order: hardly ever any."""
    return _ENDS.all(connection, clock=stream_of(chain))


def end_between(connection: sa.Connection, chain: str, since: int, upto: int) -> End | None:
    """The last end of a leap after one position, up to another; None: there is none."""
    return next((end for end in reversed(ends_of(connection, chain)) if since < end.seq <= upto), None)


def dated(ends: list[End], seq: int, at: datetime) -> datetime:
    """The instant of an event at this position: no later than the end of a leap that comes after it."""
    return min([at, *(end.at for end in ends if seq < end.seq)])
