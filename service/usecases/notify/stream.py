"""The stream: notices after a cursor, as they come; for as long as the token stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from schemas.flips import USUAL_DAYS
from service.store.derived import subscription_state
from service.store.log import chains
from service.store.notify import notices
from service.store.nouns import tokens
from service.store.sql.columns import micros
from service.store.sql.engine import Database
from service.usecases.access import Holder, has_ended
from service.usecases.audit.events import chain_names
from service.usecases.errors import Refused, invalid
from service.usecases.notify.delivery_leases import message, thin
from service.usecases.notify.outbox import EXPIRING
from service.usecases.notify.projector import subscribe
from service.usecases.paging import Positions, cursor_of_another_history, pack_positions, unpack_positions
from service.usecases.unit_of_work import Caller, transaction

LIST = "stream"
LAST_EVENT_ID = "header.Last-Event-ID"
BATCH = 100


class StreamCursor(NamedTuple):
    """The number and the id of the last notice that was sent of each portfolio, by its chain's id."""

    sent: dict[int, tuple[int, str]]

    @property
    def cursor(self) -> str:
        """The cursor as the id of a stream's event."""
        return pack_positions(LIST, self.sent)


class StreamEvent(NamedTuple):
    """An event of the stream."""

    id: str
    type: str
    data: str


def positions_in(last_event_id: str | None) -> Positions | None:
    """The positions that Last-Event-ID holds; None where none is sent."""
    if not last_event_id:
        return None
    try:
        return unpack_positions(LIST, last_event_id)
    except Refused:
        rule, remedy = "is not an id that this stream gave", "leave it out to begin from now on"
        raise invalid(LAST_EVENT_ID, rule, remedy) from None


def resumed(db: Database, positions: Positions) -> StreamCursor:
    """The cursor at these positions; refused where its notices are not there, or no longer."""
    with db.reading() as connection:
        names = chain_names(connection, None)
        counts = subscription_state.notice_counts(connection, names.values())
        ids = _ids(connection, positions.numbers)
    ends = {id: counts.get(key, 0) for id, key in names.items()}
    return StreamCursor(positions.require_same(ids, ends, LAST_EVENT_ID))


def _ids(connection: Connection, numbers: Mapping[int, int]) -> dict[int, str]:
    """The ids of the notices that have these numbers, by chain."""
    names = chain_names(connection, None)
    ids = notices.ids_at(connection, {names[id]: number for id, number in numbers.items() if id in names})
    return {id: ids[names[id]] for id in numbers if names.get(id) in ids}


def begin_stream(db: Database, caller: Caller, portfolio: str | None) -> None:
    """Makes the projector follow the portfolios that the stream is about."""
    with db.reading() as connection:
        chosen = _chosen(connection, caller, portfolio)
        missing = [key for key in chosen.values() if not subscription_state.is_followed(connection, key)]
    if missing:
        with transaction(db, caller) as tx:
            subscribe(tx, missing, caller.clock())


def latest_position(db: Database, caller: Caller, portfolio: str | None) -> StreamCursor:
    """The cursor after all notices until now."""
    with db.reading() as connection:
        chosen = _chosen(connection, caller, portfolio)
        counts = subscription_state.notice_counts(connection, chosen.values())
        numbers = {id: counts[key] for id, key in chosen.items() if counts.get(key)}
        ids = _ids(connection, numbers)
    return StreamCursor({id: (number, ids.get(id, "")) for id, number in numbers.items()})


def is_behind(db: Database, caller: Caller, now: datetime) -> bool:
    """Returns whether the projector is behind the log of a portfolio that the caller sees."""
    with db.reading() as connection:
        return bool(subscription_state.behind(connection, caller.portfolios, micros(now)))


def events_since(
    db: Database, caller: Caller, portfolio: str | None, cursor: StreamCursor
) -> tuple[list[StreamEvent], StreamCursor]:
    """The events after a cursor, and the cursor after them; refused where its notices are no longer there."""
    with db.reading() as connection:
        ids = _ids(connection, {id: number for id, (number, _) in cursor.sent.items()})
        if any(ids.get(id, "") != name for id, (_, name) in cursor.sent.items()):
            raise cursor_of_another_history(LAST_EVENT_ID)
        chosen = _chosen(connection, caller, portfolio)
        numbers = {key: cursor.sent[id][0] if id in cursor.sent else 0 for id, key in chosen.items()}
        ends = subscription_state.notice_counts(connection, chosen.values())
        rows = notices.between(connection, numbers, ends, BATCH)
    of_key = {key: id for id, key in chosen.items()}
    events = []
    for portfolio_key, number, id, notice in rows:
        cursor = StreamCursor({**cursor.sent, of_key[portfolio_key]: (number, id)})
        if notice is not None and (notice.type != EXPIRING or notice.days == USUAL_DAYS):
            data = orjson.dumps({"id": notice.id, **message(notice, thin(notice))}).decode()
            events.append(StreamEvent(cursor.cursor, notice.type, data))
    return events, cursor


def still_holds(db: Database, holder: Holder, now: datetime) -> bool:
    """Returns whether the token with which the stream was asked for still opens anything."""
    if holder.is_foreign:
        return True
    table = tokens.tokens
    with db.reading() as connection:
        query = select(table.c.expires_at, table.c.revoked_at).where(table.c.id == holder.token)
        row = connection.execute(query).one_or_none()
    return row is not None and not has_ended(row, now)


def _chosen(connection: Any, caller: Caller, portfolio: str | None) -> dict[int, str]:
    """The chains that are listened to: never the organisation's, of which nothing is told."""
    if portfolio is not None and (portfolio == chains.ORGANISATION or not caller.sees(portfolio)):
        raise _no_such_portfolio()
    try:
        names = chain_names(connection, portfolio)
    except Refused:
        raise _no_such_portfolio() from None
    return {id: key for id, key in names.items() if key != chains.ORGANISATION and caller.sees(key)}


def _no_such_portfolio() -> Refused:
    rule = "there is no such portfolio, or you may not see it"
    return invalid("query.portfolio", rule, "GET /v1/portfolios lists yours")
