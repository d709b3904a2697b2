"""Followers of the log: each keeps rows up to date from the events after its cursor, portfolio by portfolio.

Those who write to the log know nothing of them. The row of a cursor is the lock that lets one process at a
time move it; rows that time alone changes are found by their `due_at`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from service.domain.facts import leaps
from service.domain.record.customer import CustomersMerged
from service.domain.record.theme import ThemeCoded, ThemesMerged
from service.store.log.chains import ORGANISATION, chains, digest_at, events
from service.store.nouns.concepts import concepts
from service.store.reading.concerns import concepts_of
from service.store.sql.columns import metadata
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.sql.upserts import insert_if_absent
from service.store.words.authentic import checked, with_code

followers = sa.Table(
    "followers",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("head", sa.Text),
)
"""How far each follower is in a portfolio's log, and in time (microseconds). `generation`: how often it was
moved. `state`: what else belongs to the cursor, as JSON. `code`: over all of it. `head`: position and digest
of the log there; if it is another position, an older release has moved the cursor since."""

EPOCH_MICROS = 0
WIDE = (ThemesMerged.type, ThemeCoded.type, CustomersMerged.type)
"""Types of events that may concern any concept of their portfolio."""
_COVERED = followers.c.keys().index("code")
_STORED = [column.name for column in followers.c if column.name != "code"]


class Follower(NamedTuple):
    """`rows`: a table with `concept`, `portfolio`, and `due_at`, when a row is to be looked at again."""

    name: str
    rows: sa.Table


class Cursor(NamedTuple):
    """A row of `followers`; `at` in microseconds. `digest`: of the log at the position; None: not known."""

    name: str
    portfolio: str
    position: int
    at: int
    generation: int
    state: Any
    digest: str | None = None

    def is_of(self, digest: str | None) -> bool:
        """Returns whether it is of the log that has this digest at its position; None: that ends before."""
        return self.position == 0 or (digest is not None and self.digest in (None, digest))


class Lag(NamedTuple):
    """The lag of a follower behind a portfolio's log. `cursor`: None where it is missing, forged, or of
    another log. `due_at`: of the row that is due first, in microseconds."""

    portfolio: str
    seq: int
    at: int
    is_followed: bool
    cursor: Cursor | None
    due_at: int | None

    def is_behind(self, position: int, instant: int) -> bool:
        """Returns whether something up to this position, or due by this instant, was not looked at yet."""
        is_due = self.due_at is not None and self.due_at <= instant
        return self.cursor is None or self.cursor.position < position or is_due


def lags(connection: sa.Connection, follower: Follower, portfolios: Sequence[str] | None) -> list[Lag]:
    """The follower's lag in each of these portfolios (None: in all)."""
    if portfolios is not None and not portfolios:
        return []
    count = None if portfolios is None else len(portfolios)
    rows = _lags(follower, count).all(connection, **numbered(portfolios or ()), follower=follower.name)
    return [_lag(row, cursor) for row, cursor in zip(rows, _read(connection, rows), strict=True)]


def _lag(row: Any, cursor: Cursor | None) -> Lag:
    due_at = row.due_at if isinstance(row.due_at, int) else None
    cursor = cursor if cursor is not None and cursor.is_of(row.digest) else None
    return Lag(row.key, row.seq, row.chain_at, row.name is not None, cursor, due_at)


@lru_cache(maxsize=64)
def _lags(follower: Follower, count: int | None) -> Prepared:
    rows = follower.rows.c
    due = sa.select(sa.func.min(sa.type_coerce(rows.due_at, sa.BigInteger))).where(
        rows.portfolio == chains.c.key
    )
    matching = (followers.c.portfolio == chains.c.key) & (followers.c.name == sa.bindparam("follower"))
    is_there = (events.c.chain == chains.c.id) & (events.c.seq == followers.c.position)
    query: sa.Select[Any] = (
        sa.select(
            followers,
            *chains.c["key", "seq"],
            events.c.digest,
            sa.type_coerce(chains.c.at, sa.BigInteger).label("chain_at"),
            due.scalar_subquery().label("due_at"),
        )
        .select_from(chains.outerjoin(followers, matching).outerjoin(events, is_there))
        .where(chains.c.key != ORGANISATION)
    )
    return Prepared(query if count is None else query.where(chains.c.key.in_(numbers(count))))


def cursors(connection: sa.Connection, follower: Follower, portfolios: Sequence[str] | None) -> list[Cursor]:
    """The follower's cursors in these portfolios (None: in all); forged ones are left out."""
    if portfolios is not None and not portfolios:
        return []
    statement = _cursors(None if portfolios is None else len(portfolios))
    rows = statement.all(connection, follower=follower.name, **numbered(portfolios or ()))
    return [cursor for cursor in _read(connection, rows) if cursor is not None]


@lru_cache(maxsize=64)
def _cursors(count: int | None) -> Prepared:
    query = sa.select(followers).where(followers.c.name == sa.bindparam("follower"))
    return Prepared(query if count is None else query.where(followers.c.portfolio.in_(numbers(count))))


def find(connection: sa.Connection, follower: Follower, portfolio: str) -> Cursor | None:
    """The follower's cursor; None where it is missing or forged."""
    return next(iter(cursors(connection, follower, [portfolio])), None)


def lock(tx: sa.Connection, follower: Follower, portfolio: str) -> Cursor | None:
    """The follower's cursor, locked until the transaction ends; None where it is missing or forged."""
    matching = (followers.c.name == follower.name) & (followers.c.portfolio == portfolio)
    rows = tx.execute(sa.select(followers).where(matching).with_for_update()).all()
    return next(_read(tx, rows), None)


def _read(connection: sa.Connection, rows: Sequence[Any]) -> Iterator[Cursor | None]:
    for row, is_ours in checked(connection, followers, rows):
        *place, state = row[:_COVERED]
        yield Cursor._make((*place, orjson.loads(state), _digest_in(row))) if is_ours else None


def _digest_in(row: Any) -> str | None:
    position, _, digest = str(row.head or "").partition(" ")
    return digest if position == str(row.position) else None


_BEGIN = insert_if_absent(followers)


def begin(tx: sa.Connection, cursor: Cursor) -> bool:
    """Stores the follower's first cursor in a portfolio; returns False if it has one."""
    return _BEGIN.run_with(tx, _stored(tx, cursor)) > 0


def advance(tx: sa.Connection, cursor: Cursor) -> None:
    """Stores the moved cursor, which is locked."""
    moved = cursor._replace(generation=cursor.generation + 1)
    matching = (followers.c.name == cursor.name) & (followers.c.portfolio == cursor.portfolio)
    tx.execute(sa.update(followers).where(matching).values(**_stored(tx, moved)))


def _stored(connection: sa.Connection, cursor: Cursor) -> dict[str, Any]:
    state = orjson.dumps(cursor.state, default=list).decode()
    digest = digest_at(connection, cursor.portfolio, cursor.position)
    head = None if digest is None else f"{cursor.position} {digest}"
    values = cursor._asdict() | {"state": state, "head": head}
    return with_code(connection, followers, {name: values[name] for name in _STORED})


def recorded(connection: sa.Connection, portfolio: str, since: int, upto: int) -> Sequence[sa.Row[Any]]:
    """The events of these positions: seq, at, type, stream, data as text, and digest."""
    query: sa.Select[Any] = (
        sa.select(*events.c["seq", "at", "type", "stream", "data", "digest"])
        .where(*_between(portfolio, since, upto))
        .order_by(events.c.seq)
    )
    return connection.execute(query).all()


def concerned_between(portfolio: str, since: int, upto: int) -> sa.CompoundSelect[Any]:
    """The concepts that events after one position, up to another, concern: all of the portfolio where themes
    or customers were merged, or talks coded."""
    between = _between(portfolio, since, upto)
    is_wide = sa.exists().where(
        events.c.stream == leaps.stream_of(portfolio), events.c.type.in_(WIDE), *between
    )
    own = concepts_of(streams_between(portfolio, since, upto))
    return sa.union(*own.selects, sa.select(concepts.c.id).where(concepts.c.portfolio == portfolio, is_wide))


def streams_between(portfolio: str, since: int, upto: int) -> sa.Select[Any]:
    """The streams of the events after one position, up to another."""
    return sa.select(events.c.stream).where(*_between(portfolio, since, upto))


def _between(portfolio: str, since: int, upto: int) -> list[sa.ColumnElement[bool]]:
    chain = sa.select(chains.c.id).where(chains.c.key == portfolio).scalar_subquery()
    return [events.c.chain == chain, events.c.seq > since, events.c.seq <= upto]


def due(connection: sa.Connection, follower: Follower, portfolio: str, by: int, limit: int) -> list[str]:
    """Concepts whose rows are to be looked at again by this instant, the longest due first."""
    rows = follower.rows.c
    query = sa.select(rows.concept).where(rows.portfolio == portfolio, rows.due_at <= by)
    return list(connection.execute(query.order_by(rows.due_at).limit(limit)).scalars())


def make_due(tx: sa.Connection, follower: Follower, rows: sa.ColumnElement[bool]) -> None:
    """Makes these rows due at once."""
    tx.execute(sa.update(follower.rows).where(rows).values(due_at=EPOCH_MICROS))
