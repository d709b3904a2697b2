"""Approvals: gatekeepers' votes on gates. Rows are never changed or removed."""

from typing import Any

import sqlalchemy as sa

from service.store.sql.columns import Moment, metadata
from service.store.words.contents import with_words

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("vote", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("given_at", Moment, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Index("ix_approvals_concept_id", "concept", "id"),
)


def query(concept: str) -> sa.Select[Any]:
    """A concept's approvals with their words."""
    return with_words(approvals).where(approvals.c.concept == concept)


def find(connection: sa.Connection, concept: str, approval_id: str) -> sa.Row[Any]:
    """One of the concept's approvals."""
    return connection.execute(query(concept).where(approvals.c.id == approval_id)).one()


def has_voted_go(connection: sa.Connection, concept: str, gate: str, person: str) -> bool:
    """Returns whether this person ever said go to this gate of the concept."""
    is_voter = (approvals.c.gate == gate) & (approvals.c.given_by == person)
    matching = (approvals.c.concept == concept) & is_voter & (approvals.c.vote == "go")
    query = sa.select(approvals.c.id).where(matching).limit(1)
    return connection.execute(query).first() is not None
