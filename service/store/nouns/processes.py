"""Published process versions: rows are never changed."""

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)

from service.domain.record.catalogue import read
from service.domain.record.process import ProcessPublished
from service.store.log.chains import ORGANISATION, chains, events
from service.store.sql.columns import Json, Moment, metadata

process_versions = Table(
    "process_versions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("document", Json, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", Text, nullable=False),
    UniqueConstraint("key", "digest"),
)


def versions(key: str) -> Select[Any]:
    """The versions of one process."""
    return select(process_versions).where(process_versions.c.key == key)


def find(connection: Connection, key: str, version: int) -> Row[Any] | None:
    """One version, or None."""
    return connection.execute(versions(key).where(process_versions.c.version == version)).one_or_none()


def recorded_digest(connection: Connection, key: str, version: int) -> str | None:
    """The digest of the version that the organisation's log says was published, or None."""
    columns = events.c
    query = (
        select(columns.type, columns.data)
        .join(chains, chains.c.id == columns.chain)
        .where(chains.c.key == ORGANISATION, columns.stream == key, columns.type == ProcessPublished.type)
    )
    for type, data in connection.execute(query):
        match read(type, data):
            case ProcessPublished(version=number, digest=digest) if number == version:
                return str(digest)
    return None


def with_digest(connection: Connection, key: str, digest: str) -> Row[Any] | None:
    """The version with this content, or None."""
    return connection.execute(versions(key).where(process_versions.c.digest == digest)).one_or_none()


def latest(connection: Connection, key: str) -> Row[Any] | None:
    """The newest version, or None when nothing is published under this key."""
    newest = versions(key).order_by(process_versions.c.version.desc()).limit(1)
    return connection.execute(newest).one_or_none()


def every_latest() -> Select[Any]:
    """The newest version of every process."""
    newest = (
        select(process_versions.c.key, func.max(process_versions.c.version).label("version"))
        .group_by(process_versions.c.key)
        .subquery()
    )
    return select(process_versions).join(
        newest,
        (newest.c.key == process_versions.c.key) & (newest.c.version == process_versions.c.version),
    )
