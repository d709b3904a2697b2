"""Citations, the answers to those that contradict, and signed notes that nothing was found to."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Row, Select, Table, Text, select

from service.store.sql.columns import Moment, metadata, partial_index
from service.store.words.contents import with_words

citations = Table(
    "citations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("concept", Text, ForeignKey("concepts.id"), nullable=False),
    Column("conversation", Text, ForeignKey("conversations.id"), nullable=False),
    Column("decision", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stance", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("cited_at", Moment, nullable=False),
    Column("cited_by", Text, nullable=False),
    Column("withdrawn_at", Moment),
    Index("ix_citations_concept_id", "concept", "id"),
    Index("ix_citations_conversation", "conversation"),
)
partial_index(
    "uq_citations_active",
    *citations.c["concept", "conversation", "decision", "version", "stance"],
    where=citations.c.withdrawn_at.is_(None),
    unique=True,
)

answers = Table(
    "answers",
    metadata,
    Column("citation", Text, ForeignKey("citations.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("concept", Text, nullable=False, index=True),
    Column("content", Text, nullable=False),
    Column("answered_at", Moment, nullable=False),
    Column("answered_by", Text, nullable=False),
)

notes = Table(
    "disconfirmation_notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("concept", Text, ForeignKey("concepts.id"), nullable=False),
    Column("gate", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("signed_at", Moment, nullable=False),
    Column("signed_by", Text, nullable=False),
    Index("ix_disconfirmation_notes_concept_id", "concept", "id"),
)


def cited_on(connection: Connection, concept: str) -> set[tuple[str, str]]:
    """Every citation on a concept, with its conversation."""
    query = select(citations.c.id, citations.c.conversation).where(citations.c.concept == concept)
    return {(row.id, row.conversation) for row in connection.execute(query)}


def query(concept: str) -> Select[Any]:
    """A concept's citations with their words."""
    return with_words(citations).where(citations.c.concept == concept)


def find(connection: Connection, concept: str, citation_id: str) -> Row[Any] | None:
    """One of the concept's citations, or None."""
    return connection.execute(query(concept).where(citations.c.id == citation_id)).one_or_none()


def on_decision(connection: Connection, concept: str, decision: str) -> Sequence[Row[Any]]:
    """Every citation ever made for one decision, with its words, in the order of recording."""
    selected = query(concept).where(citations.c.decision == decision)
    return connection.execute(selected.order_by(citations.c.id)).all()


def of_conversations(connection: Connection, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Every citation of these conversations, with its words, in the order of recording."""
    selected = with_words(citations).where(citations.c.conversation.in_(ids))
    return connection.execute(selected.order_by(citations.c.id)).all()


def answers_to(connection: Connection, ids: Iterable[str]) -> Sequence[Row[Any]]:
    """The answers to these citations, with their words."""
    selected = with_words(answers).where(answers.c.citation.in_(list(ids)))
    return connection.execute(selected.order_by(answers.c.citation, answers.c.version)).all()


def answers_on(connection: Connection, concept: str) -> Sequence[Row[Any]]:
    """Every answer given on a concept, with its words."""
    return connection.execute(with_words(answers).where(answers.c.concept == concept)).all()


def notes_on(concept: str) -> Select[Any]:
    """A concept's signed notes with their words."""
    return with_words(notes).where(notes.c.concept == concept)
