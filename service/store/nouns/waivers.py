"""Waivers as they were requested, and the rulings on them. Rows are never changed or removed."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from service.store.sql.columns import Json, Moment, metadata
from service.store.words.contents import with_words

waivers = sa.Table(
    "waivers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("criteria", Json, nullable=False),
    sa.Column("days", sa.Integer, nullable=False),
    sa.Column("owed_by", sa.Text, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("requested_at", Moment, nullable=False),
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Index("ix_waivers_concept_id", "concept", "id"),
)

rulings = sa.Table(
    "waiver_rulings",
    metadata,
    sa.Column("waiver", sa.Text, sa.ForeignKey("waivers.id"), primary_key=True),
    sa.Column("ruling", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("ruled_at", Moment, nullable=False),
    sa.Column("ruled_by", sa.Text, nullable=False),
)
"""Approved, rejected, revoked: each once at most."""


def query(concept: str) -> sa.Select[Any]:
    """A concept's waivers with their words."""
    return with_words(waivers).where(waivers.c.concept == concept)


def find(connection: sa.Connection, concept: str, waiver_id: str) -> sa.Row[Any] | None:
    """One of the concept's waivers, or None."""
    return connection.execute(query(concept).where(waivers.c.id == waiver_id)).one_or_none()


def rulings_on(connection: sa.Connection, concept: str) -> Sequence[sa.Row[Any]]:
    """The rulings on the concept's waivers, with words, in order."""
    return connection.execute(
        with_words(rulings)
        .join(waivers, waivers.c.id == rulings.c.waiver)
        .where(waivers.c.concept == concept)
        .order_by(rulings.c.ruled_at, rulings.c.ruling)
    ).all()
