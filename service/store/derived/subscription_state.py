"""How each watched concept stands, as far as subscribers were told: what flips is found against it.

Beside the log, and never the truth: a portfolio's rows begin when somebody first wants to be told of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    exists,
    insert,
    literal,
    select,
    text,
    update,
)

from service.store.log.chains import ORGANISATION, chains, events
from service.store.nouns.concepts import concepts
from service.store.reading.concerns import concepts_of
from service.store.sql.columns import EPOCH, Json, Moment, metadata

LIVE = ("active", "on_hold")

watched = Table(
    "watched",
    metadata,
    Column("portfolio", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("days", Json, nullable=False),
    Column("notices", Integer, nullable=False),
    Column("sweeps", Integer, nullable=False),
)
"""How far each portfolio's log was followed, and which days before an end are told of; how many notices
there are. Its row is the lock: whoever finds `sweeps` other than they read it starts again."""

watched_concepts = Table(
    "watched_concepts",
    metadata,
    Column("concept", Text, primary_key=True),
    Column("portfolio", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("standing", Json),
    Column("next_at", Moment, nullable=False),
    Index("ix_watched_concepts_portfolio_next", "portfolio", "next_at"),
)
"""`standing` just before `at`, by the events up to `position`; null: not worked out yet. `next_at`: when
something may be found even if nothing is recorded."""


def begin(tx: Connection, portfolios: ColumnElement[bool], at: datetime) -> None:
    """Watch these portfolios, from the end of their logs at this instant; those that are watched stay so."""
    new = ~exists().where(watched.c.portfolio == chains.c.key)
    found = select(chains.c.key, chains.c.seq).where(chains.c.key != ORGANISATION, new, portfolios)
    for chain in tx.execute(found).all():
        if not _enter(tx, chain.key, chain.seq, at):
            continue
        live = select(
            concepts.c.id,
            concepts.c.portfolio,
            literal(chain.seq, Integer),
            literal(at, Moment),
            literal(EPOCH, Moment),
        ).where(concepts.c.portfolio == chain.key, concepts.c.status.in_(LIVE))
        names = ["concept", "portfolio", "position", "at", "next_at"]
        tx.execute(insert(watched_concepts).from_select(names, live))


def begin_new(tx: Connection, at: datetime) -> None:
    """Watch the portfolios that are not watched yet, from their very beginning: they are new."""
    new = ~exists().where(watched.c.portfolio == chains.c.key)
    for key in tx.execute(select(chains.c.key).where(chains.c.key != ORGANISATION, new)).scalars().all():
        _enter(tx, key, 0, at)


def is_new(connection: Connection) -> bool:
    """Whether there is a portfolio that is not watched."""
    new = ~exists().where(watched.c.portfolio == chains.c.key)
    query = select(chains.c.key).where(chains.c.key != ORGANISATION, new).limit(1)
    return connection.execute(query).first() is not None


def _enter(tx: Connection, portfolio: str, position: int, at: datetime) -> bool:
    said = {"portfolio": portfolio, "position": position, "at": at, "days": [], "notices": 0, "sweeps": 0}
    made = tx.execute(
        text(
            "INSERT INTO watched (portfolio, position, at, days, notices, sweeps)"
            " VALUES (:portfolio, :position, :at, :days, 0, 0) ON CONFLICT DO NOTHING RETURNING portfolio"
        ).bindparams(bindparam("at", type_=Moment), bindparam("days", type_=Json)),
        {name: said[name] for name in ("portfolio", "position", "at", "days")},
    )
    return made.first() is not None


def behind(connection: Connection, within: ColumnElement[bool], now: datetime) -> list[str]:
    """The watched portfolios in which something was recorded since, or is due."""
    due = exists().where(
        watched_concepts.c.portfolio == watched.c.portfolio, watched_concepts.c.next_at < now
    )
    query: Select[Any] = (
        select(watched.c.portfolio)
        .join(chains, chains.c.key == watched.c.portfolio)
        .where((watched.c.position < chains.c.seq) | due, within)
    )
    return list(connection.execute(query.order_by(watched.c.portfolio)).scalars())


def next_due(connection: Connection) -> datetime | None:
    """When, at the earliest, time alone changes something."""
    query = select(watched_concepts.c.next_at).order_by(watched_concepts.c.next_at).limit(1)
    return connection.execute(query).scalar()


def find(connection: Connection, portfolio: str) -> Row[Any] | None:
    """How far this portfolio was followed; None: it is not watched."""
    return connection.execute(select(watched).where(watched.c.portfolio == portfolio)).one_or_none()


def hold(tx: Connection, portfolio: str) -> Row[Any]:
    """The same, locked until the transaction ends."""
    return tx.execute(select(watched).where(watched.c.portfolio == portfolio).with_for_update()).one()


def wake(tx: Connection, portfolio: str, days: Sequence[int]) -> None:
    """Tell of these days before an end from now on: everything is looked at again."""
    mine = watched.c.portfolio == portfolio
    tx.execute(update(watched).where(mine).values(days=list(days), sweeps=watched.c.sweeps + 1))
    rows = watched_concepts.c.portfolio == portfolio
    tx.execute(update(watched_concepts).where(rows).values(next_at=EPOCH))


def recorded(connection: Connection, portfolio: str, since: int, upto: int) -> Sequence[Row[Any]]:
    """The events of these positions: seq, at, type, stream and data as text."""
    query: Select[Any] = (
        select(events.c.seq, events.c.at, events.c.type, events.c.stream, events.c.data)
        .join(chains, chains.c.id == events.c.chain)
        .where(chains.c.key == portfolio, events.c.seq > since, events.c.seq <= upto)
    )
    return connection.execute(query.order_by(events.c.seq)).all()


def touched(connection: Connection, streams: Iterable[str]) -> list[str]:
    """The concepts that these streams are, or whose citations are of these conversations."""
    return list(connection.execute(concepts_of(list(streams))).scalars())


def due(connection: Connection, portfolio: str, at: datetime, limit: int) -> list[str]:
    """Concepts in which time alone may have changed something before this instant."""
    mine = (watched_concepts.c.portfolio == portfolio) & (watched_concepts.c.next_at < at)
    query = select(watched_concepts.c.concept).where(mine).order_by(watched_concepts.c.next_at).limit(limit)
    return list(connection.execute(query).scalars())


def rows_of(connection: Connection, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """These concepts, each with its row; its columns are null where it is watched from now on."""
    query: Select[Any] = (
        select(
            concepts.c.id,
            concepts.c.key,
            watched_concepts.c.position,
            watched_concepts.c.at,
            watched_concepts.c.standing,
        )
        .outerjoin(watched_concepts, watched_concepts.c.concept == concepts.c.id)
        .where(concepts.c.id.in_(ids))
    )
    return connection.execute(query).all()


def keep(tx: Connection, portfolio: str, rows: Sequence[dict[str, Any]]) -> None:
    """How these concepts stand now: the columns of `watched_concepts`, but for the portfolio."""
    statement = text(
        "INSERT INTO watched_concepts (concept, portfolio, position, at, standing, next_at)"
        " VALUES (:concept, :portfolio, :position, :at, :standing, :next_at) ON CONFLICT (concept) DO UPDATE"
        " SET position = excluded.position, at = excluded.at, standing = excluded.standing,"
        " next_at = excluded.next_at"
    ).bindparams(
        bindparam("at", type_=Moment), bindparam("standing", type_=Json), bindparam("next_at", type_=Moment)
    )
    if rows:
        tx.execute(statement, [{**row, "portfolio": portfolio} for row in rows])


def advance(tx: Connection, portfolio: str, position: int, at: datetime, notices: int) -> None:
    """The portfolio is followed up to here, and has so many notices."""
    said = {"position": position, "at": at, "notices": notices, "sweeps": watched.c.sweeps + 1}
    tx.execute(update(watched).where(watched.c.portfolio == portfolio).values(**said))
