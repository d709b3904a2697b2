"""Approvals: gatekeepers' votes on gates. Rows are never changed or removed."""

from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Select, Table, Text, select

from service.store.sql.columns import Moment, metadata
from service.store.words.contents import with_words

approvals = Table(
    "approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("concept", Text, ForeignKey("concepts.id"), nullable=False),
    Column("gate", Text, nullable=False),
    Column("vote", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("given_by", Text, nullable=False),
    Index("ix_approvals_concept_id", "concept", "id"),
)


def query(concept: str) -> Select[Any]:
    """A concept's approvals with their words."""
    return with_words(approvals).where(approvals.c.concept == concept)


def find(connection: Connection, concept: str, approval_id: str) -> Row[Any]:
    """One of the concept's approvals."""
    return connection.execute(query(concept).where(approvals.c.id == approval_id)).one()


def has_voted_go(connection: Connection, concept: str, gate: str, person: str) -> bool:
    """Returns whether this person ever said go to this gate of the concept."""
    is_voter = (approvals.c.gate == gate) & (approvals.c.given_by == person)
    matching = (approvals.c.concept == concept) & is_voter & (approvals.c.vote == "go")
    query = select(approvals.c.id).where(matching).limit(1)
    return connection.execute(query).first() is not None
