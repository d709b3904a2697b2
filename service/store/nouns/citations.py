"""Citations, the answers to those that contradict, and signed notes that nothing was found to."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from service.store.sql.columns import Moment, metadata, partial_index
from service.store.words.contents import with_words

citations = sa.Table(
    "citations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False),
    sa.Column("conversation", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("stance", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("cited_at", Moment, nullable=False),
    sa.Column("cited_by", sa.Text, nullable=False),
    sa.Column("withdrawn_at", Moment),
    sa.Index("ix_citations_concept_id", "concept", "id"),
    sa.Index("ix_citations_conversation", "conversation"),
)
partial_index(
    "uq_citations_active",
    *citations.c["concept", "conversation", "decision", "version", "stance"],
    where=citations.c.withdrawn_at.is_(None),
    unique=True,
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("citation", sa.Text, sa.ForeignKey("citations.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("concept", sa.Text, nullable=False, index=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("answered_at", Moment, nullable=False),
    sa.Column("answered_by", sa.Text, nullable=False),
)

notes = sa.Table(
    "disconfirmation_notes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("signed_at", Moment, nullable=False),
    sa.Column("signed_by", sa.Text, nullable=False),
    sa.Index("ix_disconfirmation_notes_concept_id", "concept", "id"),
)


def cited_on(connection: sa.Connection, concept: str) -> set[tuple[str, str]]:
    """Every citation on a concept, with its conversation."""
    query = sa.select(citations.c.id, citations.c.conversation).where(citations.c.concept == concept)
    return {(row.id, row.conversation) for row in connection.execute(query)}


def query(concept: str) -> sa.Select[Any]:
    """A concept's citations with their words."""
    return with_words(citations).where(citations.c.concept == concept)


def find(connection: sa.Connection, concept: str, citation_id: str) -> sa.Row[Any] | None:
    """One of the concept's citations, or None."""
    return connection.execute(query(concept).where(citations.c.id == citation_id)).one_or_none()


def of_concept(connection: sa.Connection, concept: str) -> Sequence[sa.Row[Any]]:
    """Every citation ever made in a concept, with its words, in the order of recording."""
    return connection.execute(query(concept).order_by(citations.c.id)).all()


def of_conversations(connection: sa.Connection, ids: Sequence[str]) -> Sequence[sa.Row[Any]]:
    """Every citation of these conversations, with its words, in the order of recording."""
    selected = with_words(citations).where(citations.c.conversation.in_(ids))
    return connection.execute(selected.order_by(citations.c.id)).all()


def answers_to(connection: sa.Connection, ids: Iterable[str]) -> Sequence[sa.Row[Any]]:
    """The answers to these citations, with their words."""
    selected = with_words(answers).where(answers.c.citation.in_(list(ids)))
    return connection.execute(selected.order_by(answers.c.citation, answers.c.version)).all()


def answers_on(connection: sa.Connection, concept: str) -> Sequence[sa.Row[Any]]:
    """Every answer given on a concept, with its words."""
    return connection.execute(with_words(answers).where(answers.c.concept == concept)).all()


def notes_on(concept: str) -> sa.Select[Any]:
    """A concept's signed notes with their words."""
    return with_words(notes).where(notes.c.concept == concept)
