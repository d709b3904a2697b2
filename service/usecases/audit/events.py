"""The audit log, page by page; its cursor misses nothing, however many write at once."""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from service.store.log.chains import VIA, chains
from service.store.reading.log_heads import digests_at
from service.store.reading.log_pages import log_page
from service.store.sql.engine import Database
from service.usecases.errors import no_such_portfolio
from service.usecases.paging import PageRequest, pack_positions, unpack_positions
from service.usecases.unit_of_work import Caller

LIST = "events"


class WrittenEvents(NamedTuple):
    """An EventPage as JSON, and the cursor of the next one."""

    document: bytes
    next: str | None


def list_events(
    db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None, event_type: str | None
) -> WrittenEvents:
    """Events in the order of their instants, those of each chain in its gap-free order.

    The cursor remembers the position in every chain: a later event of any of them lies behind it,
    whenever its transaction ended. It stands for the digests there, so that it is refused where the log is
    another one.
    """
    with db.reading() as connection:
        names = _visible_chains(connection, caller, portfolio)
        seen = {} if wanted.cursor is None else _seen(connection, wanted.cursor)
        after = {id: seen[id][0] if id in seen else 0 for id in names}
        rows = log_page(connection, after, event_type, wanted.limit)
    seen |= {row.chain: (row.seq, row.digest) for row in rows}
    cursor = pack_positions(LIST, seen)
    following = cursor if len(rows) == wanted.limit else None
    page = {"items": [_shown(names[row.chain], row) for row in rows], "next": following, "resume": cursor}
    return WrittenEvents(orjson.dumps(page, option=orjson.OPT_UTC_Z), following)


def _seen(connection: Connection, cursor: str) -> dict[int, tuple[int, str]]:
    """The position, and the digest there, of each chain that the cursor names."""
    positions = unpack_positions(LIST, cursor)
    digests = digests_at(connection, positions.numbers)
    return positions.require_same(digests, {id: positions.numbers[id] for id in digests}, "query.cursor")


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


def _shown(chain: str, row: Any) -> dict[str, Any]:
    """The event in the shape of `schemas.audit.Event`, whose model would take longer than to read it."""
    data = orjson.loads(row.data)
    return {
        "chain": chain,
        "position": row.seq,
        "at": row.at,
        "type": row.type,
        "actor": row.actor,
        "token": data.get(VIA),
        "subject": row.stream,
        "data": data,
        "digest": row.digest,
    }
