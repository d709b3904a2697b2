"""What the verdict on each live concept was and until when it holds: kept beside the log, never the truth.

A row is made from the log and follows it; all of them can be thrown away.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
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
    delete,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    union,
    update,
)

from service.store.chains import ORGANISATION, chains, events
from service.store.citations import citations
from service.store.columns import EPOCH, Json, Moment, metadata
from service.store.concepts import concepts

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
    Column("process_version", Integer, nullable=False),
    Column("gate", Text),
    Column("verdict", Text),
    Column("not_evaluable", Text),
    Column("expires_at", Moment, nullable=False),
    Column("blocking", Json, nullable=False),
    Column("warnings", Json, nullable=False),
    Column("holds_until", Moment, nullable=False),
    Column("touched", Integer, nullable=False),
    Index("ix_kept_verdicts_portfolio_holds", "portfolio", "holds_until"),
    Index("ix_kept_verdicts_portfolio_verdict", "portfolio", "verdict", "expires_at", "key"),
    Index("ix_kept_verdicts_portfolio_expires", "portfolio", "expires_at", "key"),
    Index("ix_kept_verdicts_verdict", "verdict", "expires_at", "key"),
    Index("ix_kept_verdicts_expires", "expires_at", "key"),
)
"""`verdict` null: not worked out yet. `holds_until`: EPOCH when an event touched it since. `touched`: the
last event that did."""

followed = Table(
    "followed",
    metadata,
    Column("portfolio", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
"""How far the rows follow each portfolio's log, and the latest instant at which any was worked out. Its row
is the lock that puts those who keep verdicts in order."""


def heads(connection: Connection, within: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Of every portfolio: how far its log is (seq, at), and how far it was followed."""
    joined = chains.outerjoin(followed, followed.c.portfolio == chains.c.key)
    query: Select[Any] = (
        select(
            chains.c.key.label("portfolio"),
            chains.c.seq,
            chains.c.at,
            func.coalesce(followed.c.position, 0).label("position"),
            followed.c.at.label("followed_at"),
        )
        .select_from(joined)
        .where(chains.c.key != ORGANISATION, within)
    )
    return connection.execute(query).all()


def late(connection: Connection, portfolios: Iterable[str], as_of: datetime) -> str | None:
    """One of these portfolios in which some row does not hold at this instant."""
    due = select(kept_verdicts.c.concept).where(
        kept_verdicts.c.portfolio == chains.c.key, kept_verdicts.c.holds_until <= as_of
    )
    query = select(chains.c.key).where(chains.c.key.in_(list(portfolios)), due.exists()).limit(1)
    return connection.execute(query).scalar()


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
    citing = select(citations.c.concept).where(citations.c.conversation.in_(touched))
    ended = select(concepts.c.id).where(concepts.c.id.in_(touched), concepts.c.status.not_in(LIVE))
    tx.execute(delete(kept_verdicts).where(kept_verdicts.c.concept.in_(ended)))
    tx.execute(
        update(kept_verdicts)
        .where(kept_verdicts.c.concept.in_(union(touched, citing)))
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


_KEEP = (
    update(kept_verdicts)
    .where(
        kept_verdicts.c.concept == bindparam("of_concept"),
        # What an event touched since is not taken for worked out.
        kept_verdicts.c.touched <= bindparam("worked_out_at"),
    )
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                *("process_key", "process_version", "gate", "verdict", "not_evaluable", "expires_at"),
                *("blocking", "warnings", "holds_until"),
            )
        }
    )
)


def keep(
    tx: Connection, portfolio: str, position: int, at: datetime, rows: Mapping[str, Mapping[str, Any]]
) -> None:
    """Keep what was worked out from the log up to `position`, at an instant no later than `at`."""
    said = [
        {
            "of_concept": concept,
            "worked_out_at": position,
            **{f"new_{name}": value for name, value in row.items()},
        }
        for concept, row in rows.items()
    ]
    if said:
        tx.execute(_KEEP, said)
    _advance(tx, portfolio, at=at)


def page(
    connection: Connection,
    chosen: Sequence[ColumnElement[bool]],
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Rows by what expires first, then by key; after the row with these two."""
    query = select(kept_verdicts).where(kept_verdicts.c.verdict.is_not(None), *chosen)
    if after is not None:
        place = tuple_(kept_verdicts.c.expires_at, kept_verdicts.c.key)
        query = query.where(place > tuple_(literal(after[0], Moment), literal(after[1], Text)))
    ordered = query.order_by(kept_verdicts.c.expires_at, kept_verdicts.c.key).limit(limit)
    return connection.execute(ordered).all()


def counts(connection: Connection, chosen: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """How many rows there are of each verdict."""
    query = (
        select(kept_verdicts.c.verdict, func.count())
        .where(kept_verdicts.c.verdict.in_(VERDICTS), *chosen)
        .group_by(kept_verdicts.c.verdict)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _missing(position: int) -> Select[Any]:
    known = select(kept_verdicts.c.concept).where(kept_verdicts.c.concept == concepts.c.id)
    return select(
        concepts.c.id,
        concepts.c.key,
        concepts.c.portfolio,
        concepts.c.process_key,
        concepts.c.process_version,
        literal(FOREVER, Moment),
        literal([], Json),
        literal([], Json),
        literal(EPOCH, Moment),
        literal(position, Integer),
    ).where(concepts.c.status.in_(LIVE), ~known.exists())


def _insert(missing: Select[Any]) -> Any:
    names = (
        *("concept", "key", "portfolio", "process_key", "process_version"),
        *("expires_at", "blocking", "warnings", "holds_until", "touched"),
    )
    return insert(kept_verdicts).from_select(list(names), missing)


def _advance(tx: Connection, portfolio: str, **values: Any) -> None:
    tx.execute(update(followed).where(followed.c.portfolio == portfolio).values(**values))
