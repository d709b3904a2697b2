"""The log page by page, in the order of its instants: chains are in that order, each, and are merged.

A page costs searches of an index: one for each chain that is asked for, and a few for what it shows. How long
the log is does not matter, nor how rare the events of the type that is asked for.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import Any

import sqlalchemy as sa

from service.store.log.chains import events
from service.store.reading.chain_positions import asked_positions, position_batches
from service.store.sql.prepared import Prepared

_FEWEST = 4
"""The events of a chain that are read at once: so many at first, then twice as many each time."""
_AT_ONCE = 500

_chain, _after = (sa.bindparam(name, type_=sa.Integer) for name in ("chain", "after"))
"""The chain that is read, and the position after which it is."""
_type = sa.bindparam("type", type_=sa.Text)


def _following(
    query: sa.Select[Any],
    table: Any,
    chain: sa.ColumnElement[Any],
    after: sa.ColumnElement[Any],
    *,
    is_typed: bool,
) -> sa.Select[Any]:
    """The chain's events after this position, in their order.

    Those of a type are asked for between bounds, and in the order of (type, seq): PostgreSQL would else read
    all events of the chain until it comes to some of the type."""
    query = query.where(table.c.chain == chain)
    if not is_typed:
        return query.where(table.c.seq > after).order_by(table.c.seq)
    is_later = sa.tuple_(table.c.type, table.c.seq) > sa.tuple_(_type, after)
    return query.where(is_later, table.c.type <= _type).order_by(table.c.type, table.c.seq)


_NEXT, _NEXT_OF_TYPE = (
    Prepared(
        _following(sa.select(events), events, _chain, _after, is_typed=is_typed).limit(
            sa.bindparam("count", type_=sa.Integer)
        )
    )
    for is_typed in (False, True)
)


def log_page(connection: sa.Connection, seen: Mapping[int, int], type: str | None, limit: int) -> list[Any]:
    """The first so many events, of this type or of any, that come after these positions of these chains."""
    page: list[Any] = []
    waiting = [(row.at, row.chain, row.seq, row) for row in _first_of_each(connection, seen, type)]
    later = {row.chain: _later(connection, row, type, limit) for *_, row in waiting}
    heapify(waiting)
    while waiting and len(page) < limit:
        row = heappop(waiting)[-1]
        page.append(row)
        if (following := next(later[row.chain], None)) is not None:
            heappush(waiting, (following.at, following.chain, following.seq, following))
    return page


def of_type(connection: sa.Connection, chain: int, type: str, after: int) -> Iterator[list[Any]]:
    """The events of a chain that are of this type, after a position, some at a time."""
    while rows := _NEXT_OF_TYPE.all(connection, chain=chain, type=type, after=after, count=_AT_ONCE):
        yield rows
        after = rows[-1].seq


def _first_of_each(connection: sa.Connection, seen: Mapping[int, int], type: str | None) -> Iterator[Any]:
    """The first event of each chain that has one."""
    of_type = {} if type is None else {"type": type}
    for batch in position_batches(seen):
        statement = _first(batch.size, is_typed=type is not None)
        yield from statement.all(connection, **batch.values, **of_type)


@lru_cache(maxsize=32)
def _first(count: int, *, is_typed: bool) -> Prepared:
    """The statement for so many chains."""
    asked, each = asked_positions(count), events.alias()
    following = _following(sa.select(each.c.seq), each, asked.c.chain, asked.c.position, is_typed=is_typed)
    first = following.limit(1).scalar_subquery()
    return Prepared(
        sa.select(events)
        .select_from(asked)
        .join(events, (events.c.chain == asked.c.chain) & (events.c.seq == first))
    )


def _later(connection: sa.Connection, row: Any, type: str | None, limit: int) -> Iterator[Any]:
    """The events of a row's chain after it."""
    statement, of_type = (_NEXT, {}) if type is None else (_NEXT_OF_TYPE, {"type": type})
    count, after = _FEWEST, row.seq
    while True:
        rows = statement.all(connection, chain=row.chain, after=after, count=count, **of_type)
        yield from rows
        if len(rows) < count:
            return
        count, after = min(2 * count, limit), rows[-1].seq
