"""The stream: notices after a cursor, as they come; for as long as the token stands."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select

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
from service.usecases.paging import pack, unpack_positions
from service.usecases.unit_of_work import Caller, transaction

LIST = "stream"
BATCH = 100


class StreamCursor(NamedTuple):
    """The number of the last notice that was sent of each portfolio, by its chain's id."""

    numbers: dict[int, int]

    @property
    def cursor(self) -> str:
        """The cursor as the id of a stream's event."""
        return pack(LIST, sorted(self.numbers.items()))


class StreamEvent(NamedTuple):
    """An event of the stream."""

    id: str
    type: str
    data: str


def cursor_in(last_event_id: str | None) -> StreamCursor | None:
    """The cursor of Last-Event-ID; None where none is sent."""
    if not last_event_id:
        return None
    try:
        return StreamCursor(unpack_positions(LIST, last_event_id))
    except Refused:
        rule, remedy = "is not an id that this stream gave", "leave it out to begin from now on"
        raise invalid("header.Last-Event-ID", rule, remedy) from None


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
        numbers = subscription_state.notice_counts(connection, chosen.values())
    return StreamCursor({id: numbers[key] for id, key in chosen.items() if numbers.get(key)})


def is_behind(db: Database, caller: Caller, now: datetime) -> bool:
    """Returns whether the projector is behind the log of a portfolio that the caller sees."""
    with db.reading() as connection:
        return bool(subscription_state.behind(connection, caller.portfolios, micros(now)))


def events_since(
    db: Database, caller: Caller, portfolio: str | None, cursor: StreamCursor
) -> tuple[list[StreamEvent], StreamCursor]:
    """The events after a cursor, and the cursor after them."""
    with db.reading() as connection:
        chosen = _chosen(connection, caller, portfolio)
        numbers = {key: cursor.numbers.get(id, 0) for id, key in chosen.items()}
        ends = subscription_state.notice_counts(connection, chosen.values())
        rows = notices.between(connection, numbers, ends, BATCH)
    ids = {key: id for id, key in chosen.items()}
    events = []
    for portfolio_key, number, notice in rows:
        cursor = StreamCursor({**cursor.numbers, ids[portfolio_key]: number})
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
