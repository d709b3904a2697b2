"""Published process versions: rows are never changed."""

from typing import Any

import sqlalchemy as sa

from service.domain.record.catalogue import read
from service.domain.record.process import ProcessPublished
from service.store.log.chains import ORGANISATION, chains, events
from service.store.sql.columns import Json, Moment, metadata
from service.store.sql.prepared import Prepared

process_versions = sa.Table(
    "process_versions",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("document", Json, nullable=False),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.UniqueConstraint("key", "digest"),
)


def versions(key: str) -> sa.Select[Any]:
    """The versions of one process."""
    return sa.select(process_versions).where(process_versions.c.key == key)


def find(connection: sa.Connection, key: str, version: int) -> sa.Row[Any] | None:
    """One version, or None."""
    return connection.execute(versions(key).where(process_versions.c.version == version)).one_or_none()


_DIGEST = Prepared(
    sa.select(process_versions.c.digest).where(
        process_versions.c.key == sa.bindparam("key"), process_versions.c.version == sa.bindparam("version")
    )
)


def digest_of(connection: sa.Connection, key: str, version: int) -> str | None:
    """The digest that a version's row names; None where there is none."""
    row = _DIGEST.first(connection, key=key, version=version)
    return None if row is None else str(row.digest)


def recorded_digest(connection: sa.Connection, key: str, version: int) -> str | None:
    """The digest of the version that the organisation's log says was published, or None."""
    columns = events.c
    query = (
        sa.select(columns.type, columns.data)
        .join(chains, chains.c.id == columns.chain)
        .where(chains.c.key == ORGANISATION, columns.stream == key, columns.type == ProcessPublished.type)
    )
    for type, data in connection.execute(query):
        match read(type, data):
            case ProcessPublished(version=number, digest=digest) if number == version:
                return str(digest)
    return None


def with_digest(connection: sa.Connection, key: str, digest: str) -> sa.Row[Any] | None:
    """The version with this content, or None."""
    return connection.execute(versions(key).where(process_versions.c.digest == digest)).one_or_none()


def latest(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """The newest version, or None when nothing is published under this key."""
    newest = versions(key).order_by(process_versions.c.version.desc()).limit(1)
    return connection.execute(newest).one_or_none()


def every_latest() -> sa.Select[Any]:
    """The newest version of every process."""
    newest = (
        sa.select(process_versions.c.key, sa.func.max(process_versions.c.version).label("version"))
        .group_by(process_versions.c.key)
        .subquery()
    )
    return sa.select(process_versions).join(
        newest,
        (newest.c.key == process_versions.c.key) & (newest.c.version == process_versions.c.version),
    )
