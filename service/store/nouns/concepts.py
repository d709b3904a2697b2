"""Concepts as they are now; their history is in the log."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.store.log.chains import chains
from service.store.nouns.processes import process_versions
from service.store.nouns.recorded import revision_columns, within
from service.store.nouns.waivers import rulings, waivers
from service.store.sql.batches import batches
from service.store.sql.columns import Json, Moment, metadata, partial_index
from service.store.sql.prepared import Prepared
from service.store.words.contents import contents, words

LIVE = ("active", "on_hold")
"""The statuses of concepts that have a gate to pass."""

concepts = sa.Table(
    "concepts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("portfolio", sa.Text, sa.ForeignKey("portfolios.key"), nullable=False),
    sa.Column("process_key", sa.Text, nullable=False),
    sa.Column("process_version", sa.Integer, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("team_ever", Json, nullable=False),
    sa.Column("segments_ever", Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("next_gate", sa.Text),
    sa.Column("passed_gates", Json, nullable=False),
    sa.Column("launched_at", Moment),
    sa.Column("last_go_at", Moment),
    *revision_columns(),
    sa.Index("ix_concepts_portfolio_key", "portfolio", "key"),
)
partial_index("ix_concepts_launched", concepts.c.id, where=concepts.c.launched_at.is_not(None))

externals = sa.Table(
    "externals",
    metadata,
    sa.Column("portfolio", sa.Text, primary_key=True),
    sa.Column("system", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False, index=True),
    sa.Index("ix_externals_system_external_id", "system", "external_id"),
)
"""The same concept in other systems: unique within a portfolio."""

PAGE = 200


def query() -> sa.Select[Any]:
    """Concepts with their titles, and whether they were ever given a waiver."""
    given = (
        sa.select(rulings.c.waiver)
        .join(waivers, waivers.c.id == rulings.c.waiver)
        .where(waivers.c.concept == concepts.c.id, rulings.c.ruling == "approved")
    )
    return sa.select(concepts, words, given.exists().label("was_waived")).join(
        contents, contents.c.id == concepts.c.content
    )


def find(
    connection: sa.Connection, key: str, portfolios: Collection[str] | None = None
) -> sa.Row[Any] | None:
    """One concept with its title; None when there is none in these portfolios (None: in any)."""
    matching = (concepts.c.key == key) & within(concepts.c.portfolio, portfolios)
    return connection.execute(query().where(matching)).one_or_none()


def keys_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """Keys of these concepts by id."""
    query: sa.Select[Any] = sa.select(concepts.c.id, concepts.c.key).where(concepts.c.id.in_(set(ids)))
    return {row.id: row.key for row in connection.execute(query)}


_PROCESS_DIGEST = (
    sa.select(process_versions.c.digest)
    .where(
        process_versions.c.key == concepts.c.process_key,
        process_versions.c.version == concepts.c.process_version,
    )
    .scalar_subquery()
)
# Built once: building a statement costs more than running it.
_ANY_ON_ITS_WAY: sa.Select[Any] = sa.select(
    *concepts.c["id", "key", "portfolio", "process_key", "process_version", "team_ever", "segments_ever"],
    *concepts.c["stage", "next_gate", "last_go_at", "revision", "created_at"],
    chains.c.seq.label("last_position"),
    chains.c.digest.label("last_digest"),
    _PROCESS_DIGEST.label("process_digest"),
).join(chains, chains.c.key == concepts.c.portfolio)
_ON_ITS_WAY = _ANY_ON_ITS_WAY.where(concepts.c.key == sa.bindparam("key"))
_POLLED = Prepared(_ON_ITS_WAY)
_LOCK = Prepared(
    _ON_ITS_WAY.add_columns(*concepts.c["facts", "status", "content"]).with_for_update(of=concepts)
)
_MOVED = ("status", "stage", "next_gate", "passed_gates", "launched_at", "last_go_at")
_MOVE = Prepared(
    sa.update(concepts)
    .where(concepts.c.id == sa.bindparam("concept"))
    .values({name: sa.bindparam(name) for name in (*_MOVED, "revision")})
)


def on_its_way(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """A concept with its portfolio's chain: what a verdict starts from."""
    return _POLLED.first(connection, key=key)


def on_their_way(connection: sa.Connection, keys: Sequence[str]) -> Sequence[sa.Row[Any]]:
    """Several concepts, each with its portfolio's chain."""
    return connection.execute(_ANY_ON_ITS_WAY.where(concepts.c.key.in_(keys))).all()


def lock(tx: sa.Connection, key: str) -> sa.Row[Any] | None:
    """A concept with its facts and its portfolio's chain, locked until the transaction ends; or None."""
    return _LOCK.first(tx, key=key)


def lock_all(tx: sa.Connection, keys: Sequence[str]) -> Sequence[sa.Row[Any]]:
    """Several concepts by key, locked until the transaction ends."""
    query = sa.select(concepts).where(concepts.c.key.in_(keys)).order_by(concepts.c.key)
    return tx.execute(query.with_for_update(of=concepts)).all()


_RAW = Prepared(
    sa.select(concepts, chains.c.seq.label("last_position"))
    .join(chains, chains.c.key == concepts.c.portfolio)
    .where(concepts.c.id == sa.bindparam("id"))
)


def raw(connection: sa.Connection, id: str) -> sa.Row[Any]:
    """Every column of a concept, with its portfolio's chain. Raises LookupError where it has none."""
    row: sa.Row[Any] | None = _RAW.first(connection, id=id)
    if row is None:
        raise LookupError("a concept has no portfolio")
    return row


def pages_of_ids(connection: sa.Connection, portfolio: str) -> Iterator[list[str]]:
    """The ids of a portfolio's concepts, some at a time."""
    query = sa.select(concepts.c.id).where(concepts.c.portfolio == portfolio)
    for rows in batches(connection, query, concepts.c.id, "", PAGE):
        yield [row.id for row in rows]


def with_externals(connection: sa.Connection, pairs: Sequence[tuple[str, str]]) -> Sequence[sa.Row[Any]]:
    """The keys and portfolios of concepts with one of these systems and ids elsewhere."""
    if not pairs:
        return []
    query: sa.Select[Any] = (
        sa.select(externals.c.system, externals.c.external_id, externals.c.portfolio, concepts.c.key)
        .join(concepts, concepts.c.id == externals.c.concept)
        .where(sa.tuple_(externals.c.system, externals.c.external_id).in_(pairs))
    )
    return connection.execute(query).all()


def move(tx: sa.Connection, concept: str, revision: int, **progress: Any) -> None:
    """Stores where the concept stands on its way, and its new revision."""
    _MOVE.run(tx, concept=concept, revision=revision, **progress)


def date_back(tx: sa.Connection, portfolio: str, now: datetime) -> None:
    """Makes what a clock that was ahead dated begin, pass and launch now at the latest."""
    for column in (concepts.c.created_at, concepts.c.last_go_at, concepts.c.launched_at):
        later = (concepts.c.portfolio == portfolio) & (column > now)
        tx.execute(sa.update(concepts).where(later).values({column.name: now}))


def parse_external(external: str) -> tuple[str, str | None]:
    """The system and the id of system:id; None where only a system is named."""
    system, separator, id = external.partition(":")
    return system, id if separator else None


def ids_with_external(external: str) -> sa.Select[Any]:
    """The ids of concepts with an id in this system, or with this one: system:id."""
    system, id = parse_external(external)
    query = sa.select(externals.c.concept).where(externals.c.system == system)
    return query if id is None else query.where(externals.c.external_id == id)


def by_external(system: str, external_id: str) -> sa.Select[Any]:
    """Concepts that carry this id in another system."""
    return (
        query()
        .join(externals, externals.c.concept == concepts.c.id)
        .where(externals.c.system == system, externals.c.external_id == external_id)
    )


def launched(
    connection: sa.Connection, within: sa.ColumnElement[bool], after: str, limit: int
) -> Sequence[sa.Row[Any]]:
    """Launched concepts, killed ones among them, by id: up to `limit` after this one."""
    return connection.execute(_LAUNCHED.where(within, concepts.c.id > after).limit(limit)).all()


def launched_among(connection: sa.Connection, ids: Iterable[str]) -> Sequence[sa.Row[Any]]:
    """The launched concepts among these, by id."""
    return connection.execute(_LAUNCHED.where(concepts.c.id.in_(list(ids)))).all()


def waivers_of_launched(
    connection: sa.Connection, within: sa.ColumnElement[bool], after: str, limit: int
) -> Sequence[sa.Row[Any]]:
    """Id and concept of approved waivers of launched concepts, by id: up to `limit` after this one."""
    query: sa.Select[Any] = (
        sa.select(waivers.c.id, waivers.c.concept)
        .join(rulings, (rulings.c.waiver == waivers.c.id) & (rulings.c.ruling == "approved"))
        .join(concepts, concepts.c.id == waivers.c.concept)
        .where(within, concepts.c.launched_at.is_not(None), waivers.c.id > after)
    )
    return connection.execute(query.order_by(waivers.c.id).limit(limit)).all()


_LAUNCHED: sa.Select[Any] = (
    sa.select(*concepts.c["id", "key", "portfolio", "process_key", "process_version", "passed_gates"])
    .where(concepts.c.launched_at.is_not(None))
    .order_by(concepts.c.id)
)
