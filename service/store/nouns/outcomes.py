"""Outcomes: verdicts after the launch on what became of each decision. Rows are never changed or removed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.store.nouns.concepts import concepts
from service.store.nouns.conversations import conversations
from service.store.nouns.recorded import grouped
from service.store.sql.columns import Moment, metadata
from service.store.words.contents import erased, with_words

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("launched_at", Moment, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("learning", sa.Text),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("given_at", Moment, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Index("ix_outcomes_concept_id", "concept", "id"),
    sa.Index("uq_outcomes_revision", "concept", "decision", "launched_at", "revision", unique=True),
)
"""`revision` counts the verdicts on one decision since one launch: the last one stands."""

outcome_evidence = sa.Table(
    "outcome_evidence",
    metadata,
    sa.Column("outcome", sa.Text, sa.ForeignKey("outcomes.id"), primary_key=True),
    sa.Column("conversation", sa.Text, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Index("ix_outcome_evidence_conversation", "conversation"),
)
"""`revision`: the conversation's, when the verdict was given."""

_later = outcomes.alias("later")
_IS_LAST: Any = (
    ~sa.select(_later.c.id)
    .where(
        _later.c.concept == outcomes.c.concept,
        _later.c.decision == outcomes.c.decision,
        _later.c.launched_at == outcomes.c.launched_at,
        _later.c.revision > outcomes.c.revision,
    )
    .exists()
)
_STANDS: Any = _IS_LAST & (outcomes.c.launched_at == concepts.c.launched_at)


def query(concept: str) -> sa.Select[Any]:
    """A concept's verdicts with their words, and whether each stands."""
    verdicts = with_words(outcomes, sa.func.coalesce(_STANDS, sa.false()).label("stands"))
    joined = verdicts.join(concepts, concepts.c.id == outcomes.c.concept)
    return joined.where(outcomes.c.concept == concept)


def find(connection: sa.Connection, concept: str, outcome_id: str) -> sa.Row[Any]:
    """One of the concept's verdicts."""
    return connection.execute(query(concept).where(outcomes.c.id == outcome_id)).one()


def latest(connection: sa.Connection, concept: str, decision: str) -> sa.Row[Any] | None:
    """The verdict that stands on a decision, or None."""
    return connection.execute(query(concept).where(outcomes.c.decision == decision, _STANDS)).one_or_none()


def latest_by_concept(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[sa.Row[Any]]]:
    """The verdicts that stand, without their words, by concept; each concept's by decision."""
    matching = outcomes.c.concept.in_(list(ids)) & _STANDS
    joined = sa.select(outcomes).join(concepts, concepts.c.id == outcomes.c.concept).where(matching)
    return grouped(connection.execute(joined.order_by(*outcomes.c["concept", "decision"])), "concept")


def evidence_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[sa.Row[Any]]]:
    """The conversations that these verdicts rest on, and how they stand now; by verdict."""
    query: sa.Select[Any] = (
        sa.select(outcome_evidence, *conversations.c["held_at", "withdrawn_at"], erased.c.erased_at)
        .join(conversations, conversations.c.id == outcome_evidence.c.conversation)
        .outerjoin(erased, erased.c.content == conversations.c.content)
        .where(outcome_evidence.c.outcome.in_(list(ids)))
    )
    ordered = query.order_by(*outcome_evidence.c["outcome", "conversation"])
    return grouped(connection.execute(ordered), "outcome")


def resting_on(connection: sa.Connection, ids: Iterable[str]) -> Sequence[sa.Row[Any]]:
    """Every verdict that rests on one of these conversations, with its words, in the order of recording."""
    resting = sa.select(outcome_evidence.c.outcome).where(outcome_evidence.c.conversation.in_(list(ids)))
    query = with_words(outcomes).where(outcomes.c.id.in_(resting))
    return connection.execute(query.order_by(outcomes.c.id)).all()


def revisions(connection: sa.Connection, concept: str, decision: str, launched_at: datetime) -> int:
    """The number of verdicts on a decision since this launch."""
    matching = (outcomes.c.concept == concept) & (outcomes.c.decision == decision)
    query = sa.select(sa.func.count()).where(matching, outcomes.c.launched_at == launched_at)
    return connection.execute(query).scalar_one()
