"""Badges: who holds the address sees one verdict as a picture, and nothing else. Kept as a keyed hash."""

from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, Select, Table, Text, select

from service.store.nouns.concepts import concepts
from service.store.sql.columns import Moment, metadata

badges = Table(
    "badges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("concept", Text, ForeignKey("concepts.id"), nullable=False),
    Column("gate", Text),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("revoked_at", Moment),
)
"""`gate` null: the next one, whichever it is."""


def query(concept: str) -> Select[Any]:
    """A concept's badges."""
    return select(badges).where(badges.c.concept == concept)


def find(connection: Connection, concept: str, id: str) -> Row[Any] | None:
    """One badge of this concept, or None."""
    return connection.execute(query(concept).where(badges.c.id == id)).one_or_none()


def by_hash(connection: Connection, hashed: str) -> Row[Any] | None:
    """The badge that stands with this hash, and its concept's key; None when it was revoked."""
    query: Select[Any] = (
        select(badges.c.id, badges.c.gate, concepts.c.key)
        .join(concepts, concepts.c.id == badges.c.concept)
        .where(badges.c.hash == hashed, badges.c.revoked_at.is_(None))
    )
    return connection.execute(query).one_or_none()
