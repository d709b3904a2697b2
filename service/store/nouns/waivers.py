"""Waivers as they were requested, and the rulings on them. Rows are never changed or removed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Row, Select, Table, Text

from service.store.sql.columns import Json, Moment, metadata
from service.store.words.contents import with_words

waivers = Table(
    "waivers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("concept", Text, ForeignKey("concepts.id"), nullable=False),
    Column("gate", Text, nullable=False),
    Column("criteria", Json, nullable=False),
    Column("days", Integer, nullable=False),
    Column("owed_by", Text, nullable=False),
    Column("due_at", Moment),
    Column("content", Text, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("requested_by", Text, nullable=False),
    Index("ix_waivers_concept_id", "concept", "id"),
)

rulings = Table(
    "waiver_rulings",
    metadata,
    Column("waiver", Text, ForeignKey("waivers.id"), primary_key=True),
    Column("ruling", Text, primary_key=True),
    Column("content", Text, nullable=False),
    Column("ruled_at", Moment, nullable=False),
    Column("ruled_by", Text, nullable=False),
)
"""Approved, rejected, revoked: each once at most."""


def query(concept: str) -> Select[Any]:
    """A concept's waivers with their words."""
    return with_words(waivers).where(waivers.c.concept == concept)


def find(connection: Connection, concept: str, waiver_id: str) -> Row[Any] | None:
    """One of the concept's waivers, or None."""
    return connection.execute(query(concept).where(waivers.c.id == waiver_id)).one_or_none()


def rulings_on(connection: Connection, concept: str) -> Sequence[Row[Any]]:
    """The rulings on the concept's waivers, with words, in order."""
    return connection.execute(
        with_words(rulings)
        .join(waivers, waivers.c.id == rulings.c.waiver)
        .where(waivers.c.concept == concept)
        .order_by(rulings.c.ruled_at, rulings.c.ruling)
    ).all()
