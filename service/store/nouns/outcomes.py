"""Outcomes: verdicts after the launch on what became of each decision. Rows are never changed or removed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    false,
    func,
    select,
)

from service.store.nouns.concepts import concepts
from service.store.nouns.conversations import conversations
from service.store.nouns.recorded import grouped
from service.store.sql.columns import Moment, metadata
from service.store.words.contents import erased, with_words

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("concept", Text, ForeignKey("concepts.id"), nullable=False),
    Column("decision", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("launched_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("learning", Text),
    Column("content", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("given_by", Text, nullable=False),
    Index("ix_outcomes_concept_id", "concept", "id"),
    Index("uq_outcomes_revision", "concept", "decision", "launched_at", "revision", unique=True),
)
"""`revision` counts the verdicts on one decision since one launch: the last one stands."""

outcome_evidence = Table(
    "outcome_evidence",
    metadata,
    Column("outcome", Text, ForeignKey("outcomes.id"), primary_key=True),
    Column("conversation", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Index("ix_outcome_evidence_conversation", "conversation"),
)
"""`revision`: the conversation's, when the verdict was given."""

_later = outcomes.alias("later")
_IS_LAST: Any = (
    ~select(_later.c.id)
    .where(
        _later.c.concept == outcomes.c.concept,
        _later.c.decision == outcomes.c.decision,
        _later.c.launched_at == outcomes.c.launched_at,
        _later.c.revision > outcomes.c.revision,
    )
    .exists()
)
_STANDS: Any = _IS_LAST & (outcomes.c.launched_at == concepts.c.launched_at)


def query(concept: str) -> Select[Any]:
    """A concept's verdicts with their words, and whether each stands."""
    verdicts = with_words(outcomes, func.coalesce(_STANDS, false()).label("stands"))
    joined = verdicts.join(concepts, concepts.c.id == outcomes.c.concept)
    return joined.where(outcomes.c.concept == concept)


def find(connection: Connection, concept: str, outcome_id: str) -> Row[Any]:
    """One of the concept's verdicts."""
    return connection.execute(query(concept).where(outcomes.c.id == outcome_id)).one()


def latest(connection: Connection, concept: str, decision: str) -> Row[Any] | None:
    """The verdict that stands on a decision, or None."""
    return connection.execute(query(concept).where(outcomes.c.decision == decision, _STANDS)).one_or_none()


def latest_by_concept(connection: Connection, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """The verdicts that stand, without their words, by concept; each concept's by decision."""
    matching = outcomes.c.concept.in_(list(ids)) & _STANDS
    joined = select(outcomes).join(concepts, concepts.c.id == outcomes.c.concept).where(matching)
    return grouped(connection.execute(joined.order_by(*outcomes.c["concept", "decision"])), "concept")


def evidence_of(connection: Connection, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """The conversations that these verdicts rest on, and how they stand now; by verdict."""
    query: Select[Any] = (
        select(outcome_evidence, *conversations.c["held_at", "withdrawn_at"], erased.c.erased_at)
        .join(conversations, conversations.c.id == outcome_evidence.c.conversation)
        .outerjoin(erased, erased.c.content == conversations.c.content)
        .where(outcome_evidence.c.outcome.in_(list(ids)))
    )
    ordered = query.order_by(*outcome_evidence.c["outcome", "conversation"])
    return grouped(connection.execute(ordered), "outcome")


def resting_on(connection: Connection, ids: Iterable[str]) -> Sequence[Row[Any]]:
    """Every verdict that rests on one of these conversations, with its words, in the order of recording."""
    resting = select(outcome_evidence.c.outcome).where(outcome_evidence.c.conversation.in_(list(ids)))
    query = with_words(outcomes).where(outcomes.c.id.in_(resting))
    return connection.execute(query.order_by(outcomes.c.id)).all()


def revisions(connection: Connection, concept: str, decision: str, launched_at: datetime) -> int:
    """The number of verdicts on a decision since this launch."""
    matching = (outcomes.c.concept == concept) & (outcomes.c.decision == decision)
    query = select(func.count()).where(matching, outcomes.c.launched_at == launched_at)
    return connection.execute(query).scalar_one()
