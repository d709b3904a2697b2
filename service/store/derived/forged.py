"""For verification: the derived rows that this service did not write as they are, or that do not follow from
the log."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.store.derived import followers, readiness_index
from service.store.derived.followers import EPOCH_MICROS, Cursor, Follower, Lag
from service.store.derived.readiness_index import INDEX
from service.store.derived.subscription_state import SUBSCRIPTIONS
from service.store.log.chains import ORGANISATION
from service.store.notify.deliveries import deliveries
from service.store.notify.notices import notices
from service.store.nouns.concepts import LIVE, concepts
from service.store.sql.batches import batches
from service.store.words.authentic import as_stored, checked

BATCH = 500


class ForgedRow(NamedTuple):
    """A row, by its table and portfolio. `subject`: its concept, or its id; None for a cursor."""

    table: str
    portfolio: str
    subject: str | None = None


def every(connection: sa.Connection) -> Iterator[ForgedRow]:
    """All forged rows and cursors, and what is missing from the readiness index or counted wrongly there."""
    yield from _rows(connection, SUBSCRIPTIONS)
    yield from _rows(connection, INDEX)
    yield from _messages(connection, notices)
    yield from _messages(connection, deliveries)
    for follower in (SUBSCRIPTIONS, INDEX):
        for lag in followers.lags(connection, follower, None):
            if lag.is_followed and lag.cursor is None:
                yield ForgedRow(followers.followers.name, lag.portfolio)
            elif lag.cursor is not None and follower is INDEX:
                yield from _index(connection, lag, lag.cursor)


def _rows(connection: sa.Connection, follower: Follower) -> Iterator[ForgedRow]:
    table = follower.rows
    for rows in batches(connection, sa.select(table), table.c.concept, "", BATCH):
        for row, is_ours in checked(connection, table, rows):
            is_new = row.code is None and row.due_at == EPOCH_MICROS
            if not (is_new or (is_ours and row.due_at in (EPOCH_MICROS, row.holds_until))):
                yield ForgedRow(table.name, row.portfolio, row.concept)


def _messages(connection: sa.Connection, table: sa.Table) -> Iterator[ForgedRow]:
    for rows in batches(connection, as_stored(table), table.c.id, "", BATCH):
        for row, is_ours in checked(connection, table, rows):
            if not is_ours:
                portfolio = row.portfolio if table is notices else None
                yield ForgedRow(table.name, portfolio or ORGANISATION, row.id)


def _index(connection: sa.Connection, lag: Lag, cursor: Cursor) -> Iterator[ForgedRow]:
    """Rows of one portfolio that an event touched and nobody marked, that are missing, or counted wrongly."""
    table, portfolio = INDEX.rows, lag.portfolio
    columns = (table.c.concept, table.c.position, table.c.due_at, table.c.verdict)
    query: sa.Select[Any] = sa.select(*columns).where(table.c.portfolio == portfolio)
    rows = connection.execute(query.order_by(table.c.position.desc())).all()
    touched, upto = set[str](), cursor.position
    for row in rows:
        if row.position < upto:
            between = followers.concerned_between(portfolio, row.position, upto)
            touched, upto = touched.union(connection.execute(between).scalars()), row.position
        if row.concept in touched and row.due_at != EPOCH_MICROS:
            yield ForgedRow(table.name, portfolio, row.concept)
    counts = Counter(row.verdict for row in rows if row.verdict is not None)
    if counts != readiness_index.counted([cursor]):
        yield ForgedRow(followers.followers.name, portfolio)
    later = followers.concerned_between(portfolio, cursor.position, lag.seq)
    live = sa.select(concepts.c.id).where(concepts.c.portfolio == portfolio, concepts.c.status.in_(LIVE))
    known = {row.concept for row in rows}
    for id in connection.execute(live.where(concepts.c.id.not_in(later))).scalars():
        if id not in known:
            yield ForgedRow(table.name, portfolio, id)
