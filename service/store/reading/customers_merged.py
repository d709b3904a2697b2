"""Which customers are one: read from the log, which has few of such events."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from service.domain.facts.leaps import stream_of
from service.domain.facts.merges import merge
from service.domain.record.catalogue import read
from service.domain.record.customer import CustomersMerged
from service.store.log.chains import events
from service.store.reading.concerns import CLOCK
from service.store.sql.prepared import Prepared

_MERGINGS = Prepared(
    sa.select(events)
    .where(events.c.stream == CLOCK, events.c.type == CustomersMerged.type)
    .order_by(events.c.seq)
)


class Merging(NamedTuple):
    """Two customers became one, and the row of its event."""

    event: CustomersMerged
    row: Any


def mergings(connection: sa.Connection, portfolio: str) -> list[Merging]:
    """Every merging of customers of the portfolio, in order."""
    rows = _MERGINGS.all(connection, clock=stream_of(portfolio))
    return [Merging(_event(row), row) for row in rows]


def _event(row: Any) -> Any:
    return read(row.type, row.data)


def counted_as(connection: sa.Connection, portfolio: str) -> dict[str, str]:
    """By customer that was merged: the one that it is counted as."""
    merged: dict[str, str] = {}
    for each in mergings(connection, portfolio):
        merge(merged, each.event.customer, each.event.into)
    return merged


def part_of(connection: sa.Connection, portfolio: str, customer: str) -> list[str]:
    """The customers that were merged into this one, and this one, the last."""
    merged = counted_as(connection, portfolio)
    return [*sorted(key for key, now in merged.items() if now == customer), customer]
