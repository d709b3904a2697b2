"""What the verdict on each live concept was and until when it holds: kept beside the log, never the truth.

A row is made from the log and follows it; all of them can be thrown away.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

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
    delete,
    func,
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
from service.store.sql.prepared import Prepared, numbered, numbers

FOREVER = datetime.max.replace(tzinfo=UTC)
LIVE = ("active", "on_hold")
VERDICTS = ("ready", "waived", "blocked", "not_evaluable")

kept_verdicts = Table(
    "kept_verdicts",
    metadata,
    Column("concept", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("portfolio", Text, nullable=False),
    Column("process_key", Text, nullable=False),
    Column("gate", Text),
    Column("verdict", Text),
    Column("expires_at", Moment, nullable=False),
    Column("blocking", Json, nullable=False),
    Column("entry", Text, nullable=False),
    Column("holds_until", Moment, nullable=False),
    Column("touched", Integer, nullable=False),
    Index("ix_kept_verdicts_portfolio_holds", "portfolio", "holds_until"),
    Index("ix_kept_verdicts_portfolio_verdict", "portfolio", "verdict", "expires_at", "key"),
    Index("ix_kept_verdicts_portfolio_expires", "portfolio", "expires_at", "key"),
    Index("ix_kept_verdicts_verdict", "verdict", "expires_at", "key"),
    Index("ix_kept_verdicts_expires", "expires_at", "key"),
)
"""`verdict` null: not worked out yet. `entry`: what a page shows of it, as JSON without words. `holds_until`:
EPOCH when an event touched it since. `touched`: the last event that did."""

verdict_counts = Table(
    "verdict_counts",
    metadata,
    Column("portfolio", Text, primary_key=True),
    Column("process_key", Text, primary_key=True),
    Column("gate", Text, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How many rows there are of each verdict; `gate` is empty where there is none. Moves with the rows."""

followed = Table(
    "followed",
    metadata,
    Column("portfolio", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
"""How far the rows follow each portfolio's log, and the latest instant at which any was worked out. Its row
is the lock that puts those who keep verdicts in order."""


def heads(connection: Connection, portfolios: Sequence[str] | None) -> Sequence[Row[Any]]:
    """Of these portfolios (None: of all): how far the log is (seq, at), how far it was followed, and the
    first instant at which some row no longer holds."""
    if portfolios is None:
        return _heads(None).all(connection)
    return _heads(len(portfolios)).all(connection, **numbered(portfolios)) if portfolios else ()


@lru_cache(maxsize=64)
def _heads(count: int | None) -> Prepared:
    joined = chains.outerjoin(followed, followed.c.portfolio == chains.c.key)
    mine = kept_verdicts.c.portfolio == chains.c.key
    query: Select[Any] = (
        select(
            chains.c.key.label("portfolio"),
            chains.c.seq,
            chains.c.at,
            func.coalesce(followed.c.position, 0).label("position"),
            followed.c.at.label("followed_at"),
            select(func.min(kept_verdicts.c.holds_until)).where(mine).scalar_subquery().label("holds_until"),
        )
        .select_from(joined)
        .where(chains.c.key != ORGANISATION)
    )
    return Prepared(query if count is None else query.where(chains.c.key.in_(numbers(count))))


def hold(tx: Connection, portfolio: str) -> Row[Any]:
    """The portfolio's row of `followed`, locked until the transaction ends."""
    begin = "INSERT INTO followed (portfolio, position, at) VALUES (:portfolio, 0, 0) ON CONFLICT DO NOTHING"
    tx.execute(text(begin), {"portfolio": portfolio})
    return tx.execute(select(followed).where(followed.c.portfolio == portfolio).with_for_update()).one()


def follow(tx: Connection, portfolio: str, since: int) -> None:
    """Mark every row that an event after position `since` touched; rows come and go with live concepts.

    What a portfolio's events touch is its own. Saying so would make SQLite walk all its rows.
    """
    chain = tx.execute(select(chains).where(chains.c.key == portfolio)).one()
    touched = select(events.c.stream).where(
        events.c.chain == chain.id, events.c.seq > since, events.c.seq <= chain.seq
    )
    ended = select(concepts.c.id).where(concepts.c.id.in_(touched), concepts.c.status.not_in(LIVE))
    gone = kept_verdicts.c.concept.in_(ended)
    _count(tx, portfolio, {}, _places(tx, gone))
    tx.execute(delete(kept_verdicts).where(gone))
    tx.execute(
        update(kept_verdicts)
        .where(kept_verdicts.c.concept.in_(concepts_of(touched)))
        .values(touched=chain.seq, holds_until=EPOCH)
    )
    new = concepts.c.id.in_(touched) if since else concepts.c.portfolio == portfolio
    tx.execute(_insert(_missing(chain.seq).where(new)))
    _advance(tx, portfolio, position=chain.seq)


def due(connection: Connection, portfolio: str, as_of: datetime, limit: int) -> Sequence[Row[Any]]:
    """Concepts of the portfolio whose rows do not hold at this instant: what a verdict starts from."""
    query: Select[Any] = (
        select(
            concepts.c.id,
            concepts.c.process_key,
            concepts.c.process_version,
        )
        .join(kept_verdicts, kept_verdicts.c.concept == concepts.c.id)
        .where(kept_verdicts.c.portfolio == portfolio, kept_verdicts.c.holds_until <= as_of)
        .order_by(kept_verdicts.c.holds_until)
        .limit(limit)
    )
    return connection.execute(query).all()


def head(connection: Connection, portfolio: str) -> Row[Any]:
    """How far the portfolio's log is."""
    query: Select[Any] = select(chains.c.seq, chains.c.at).where(chains.c.key == portfolio)
    return connection.execute(query).one()


_KEEP = Prepared(
    update(kept_verdicts)
    .where(
        kept_verdicts.c.concept == bindparam("of_concept"),
        # What an event touched since is not taken for worked out.
        kept_verdicts.c.touched <= bindparam("worked_out_at"),
    )
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("process_key", "gate", "verdict", "expires_at", "blocking", "entry", "holds_until")
        }
    )
)
_COUNT = Prepared(
    text(
        "INSERT INTO verdict_counts (portfolio, process_key, gate, verdict, count)"
        " VALUES (:portfolio, :process_key, :gate, :verdict, :more)"
        " ON CONFLICT (portfolio, process_key, gate, verdict)"
        " DO UPDATE SET count = verdict_counts.count + excluded.count"
    )
)


def keep(
    tx: Connection, portfolio: str, position: int, at: datetime, rows: Mapping[str, Mapping[str, Any]]
) -> None:
    """Keep what was worked out from the log up to `position`, at an instant no later than `at`."""
    standing = kept_verdicts.c.concept.in_(list(rows)) & (kept_verdicts.c.touched <= position)
    before, now = _places(tx, standing), {}
    for concept in before:
        row = rows[concept]
        now[concept] = _Place(row["process_key"], row["gate"] or "", row["verdict"])
        said = {f"new_{name}": value for name, value in row.items()}
        _KEEP.run(tx, of_concept=concept, worked_out_at=position, **said)
    _count(tx, portfolio, now, before)
    _advance(tx, portfolio, at=at)


class _Place(NamedTuple):
    """Where a row is counted; nowhere without a verdict."""

    process_key: str
    gate: str
    verdict: str | None


def _places(tx: Connection, chosen: ColumnElement[bool]) -> dict[str, _Place]:
    kept = kept_verdicts.c
    query = select(kept.concept, kept.process_key, func.coalesce(kept.gate, ""), kept.verdict).where(chosen)
    return {row[0]: _Place(*row[1:]) for row in tx.execute(query)}


def _count(tx: Connection, portfolio: str, now: Mapping[str, _Place], before: Mapping[str, _Place]) -> None:
    moved = Counter(now.values())
    moved.subtract(before.values())
    for place, more in sorted(moved.items(), key=str):
        if place.verdict is not None and more:
            _COUNT.run(tx, portfolio=portfolio, **place._asdict(), more=more)


def _missing(position: int) -> Select[Any]:
    known = select(kept_verdicts.c.concept).where(kept_verdicts.c.concept == concepts.c.id)
    return select(
        concepts.c.id,
        concepts.c.key,
        concepts.c.portfolio,
        concepts.c.process_key,
        literal(FOREVER, Moment),
        literal([], Json),
        literal("{}", Text),
        literal(EPOCH, Moment),
        literal(position, Integer),
    ).where(concepts.c.status.in_(LIVE), ~known.exists())


def _insert(missing: Select[Any]) -> Any:
    names = (
        *("concept", "key", "portfolio", "process_key"),
        *("expires_at", "blocking", "entry", "holds_until", "touched"),
    )
    return insert(kept_verdicts).from_select(list(names), missing)


def _advance(tx: Connection, portfolio: str, **values: Any) -> None:
    tx.execute(update(followed).where(followed.c.portfolio == portfolio).values(**values))
