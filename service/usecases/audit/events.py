"""The audit log, page by page; its cursor misses nothing, however many write at once."""

from typing import Any

import orjson
from sqlalchemy import Connection, and_, false, or_, select

from schemas.audit import Event, EventPage
from service.store.log.chains import chains, events
from service.store.sql.engine import Database
from service.usecases.errors import no_such_portfolio
from service.usecases.paging import PageRequest, pack, unpack_positions
from service.usecases.unit_of_work import Caller
from service.usecases.views import show_row

LIST = "events"


def list_events(
    db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None, event_type: str | None
) -> EventPage:
    """Events in the order of their instants, those of each chain in its gap-free order.

    The cursor remembers the position in every chain: a later event of any of them lies behind it,
    whenever its transaction ended.
    """
    with db.reading() as connection:
        names = _visible_chains(connection, caller, portfolio)
        seen = {} if wanted.cursor is None else unpack_positions(LIST, wanted.cursor)
        waiting = [and_(events.c.chain == id, events.c.seq > seen.get(id, 0)) for id in names]
        query = select(events).where(or_(false(), *waiting))
        if event_type is not None:
            query = query.where(events.c.type == event_type)
        order = (events.c.at, events.c.chain, events.c.seq)
        rows = connection.execute(query.order_by(*order).limit(wanted.limit)).all()
    for row in rows:
        seen[row.chain] = row.seq
    cursor = pack(LIST, sorted(seen.items()))
    return EventPage(
        items=[_show(names[row.chain], row) for row in rows],
        next=cursor if len(rows) == wanted.limit else None,
        resume=cursor,
    )


def chain_names(connection: Connection, portfolio: str | None) -> dict[int, str]:
    """Every chain's key, or one; refused when there is no such portfolio."""
    query = select(chains.c.id, chains.c.key)
    if portfolio is not None:
        query = query.where(chains.c.key == portfolio)
    names = {row.id: row.key for row in connection.execute(query)}
    if not names:
        raise no_such_portfolio("query.portfolio")
    return names


def _visible_chains(connection: Connection, caller: Caller, portfolio: str | None) -> dict[int, str]:
    """The organisation's is for those who see every portfolio."""
    if portfolio is not None and not caller.sees(portfolio):
        raise no_such_portfolio("query.portfolio")
    return {id: key for id, key in chain_names(connection, portfolio).items() if caller.sees(key)}


def _show(chain: str, row: Any) -> Event:
    data = orjson.loads(row.data)
    return show_row(Event, row, chain=chain, position=row.seq, subject=row.stream, data=data)
