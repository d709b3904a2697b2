"""Gate reviews and refused attempts, each with its readiness document frozen in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    insert,
    select,
)

from service.store.nouns.recorded import grouped
from service.store.sql.columns import Moment, metadata
from service.store.sql.prepared import Prepared
from service.store.words.contents import Words, with_words

reviews = Table(
    "reviews",
    metadata,
    Column("id", Text, primary_key=True),
    Column("concept", Text, ForeignKey("concepts.id"), nullable=False),
    Column("gate", Text),
    Column("outcome", Text, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("to_gate", Text),
    Column("stage", Text, nullable=False),
    Column("enforced", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("readiness", Text, nullable=False),
    Column("statements", Text, nullable=False),
    Index("ix_reviews_concept_id", "concept", "id"),
)
"""`readiness` is the document without statements; `statements` names where those words are."""


attestations = Table(
    "attestations",
    metadata,
    Column("review", Text, ForeignKey("reviews.id"), primary_key=True),
    Column("key", Text, nullable=False),
    Column("envelope", Text, nullable=False),
)
"""The signed envelope of each go, as it was signed."""

review_flags = Table(
    "review_flags",
    metadata,
    Column("review", Text, ForeignKey("reviews.id"), primary_key=True),
    Column("conversation", Text, primary_key=True),
    Column("flagged_at", Moment, nullable=False),
)
"""Reviews that relied on a conversation which was erased since."""


_ADD, _ATTEST = Prepared(insert(reviews)), Prepared(insert(attestations))


def add(tx: Connection, words: Words, **columns: Any) -> SimpleNamespace:
    """A review, or an attempt that was refused. Its row, as `find` would find it before it is attested."""
    _ADD.run(tx, **columns)
    return SimpleNamespace(**columns, words=words, attested=None)


def flag(tx: Connection, relied: Iterable[tuple[str, str]], at: datetime) -> None:
    """Flags reviews that relied on conversations erased now: pairs of the two."""
    rows = [{"review": review, "conversation": talk, "flagged_at": at} for review, talk in relied]
    if rows:
        tx.execute(insert(review_flags), rows)


def flags_on(connection: Connection, review_id: str) -> Sequence[Row[Any]]:
    """The conversations on which this review relied that were erased since."""
    selected = select(review_flags).where(review_flags.c.review == review_id)
    return connection.execute(selected.order_by(review_flags.c.conversation)).all()


def on_concepts(connection: Connection, ids: Iterable[str]) -> Sequence[Row[Any]]:
    """Every review of these concepts, without its rationale, in the order of deciding."""
    selected = select(reviews).where(reviews.c.concept.in_(list(ids)))
    return connection.execute(selected.order_by(reviews.c.id)).all()


def gos(connection: Connection, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """Every go of these concepts that was accepted, in order, with its frozen verdict; by concept."""
    column = reviews.c
    shown = select(*column["id", "concept", "gate", "decided_at", "readiness"])
    passed = shown.where(column.concept.in_(list(ids)), column.outcome == "go", column.accepted)
    return grouped(connection.execute(passed.order_by(column.concept, column.position)), "concept")


def query(concept: str) -> Select[Any]:
    """A concept's reviews with their rationale; `attested` names the review itself where it is signed."""
    return (
        with_words(reviews, attestations.c.review.label("attested"))
        .outerjoin(attestations, attestations.c.review == reviews.c.id)
        .where(reviews.c.concept == concept)
    )


def find(connection: Connection, concept: str, review_id: str) -> Row[Any] | None:
    """One review of a concept, or None."""
    return connection.execute(query(concept).where(reviews.c.id == review_id)).one_or_none()


def attest(tx: Connection, review: str, key: str, envelope: str) -> None:
    """Keep a go's signed envelope, as it was signed."""
    _ATTEST.run(tx, review=review, key=key, envelope=envelope)


def attested(connection: Connection, concept: str, review_id: str) -> str | None:
    """The envelope of one go of a concept, or None."""
    query = (
        select(attestations.c.envelope)
        .join(reviews, reviews.c.id == attestations.c.review)
        .where(reviews.c.concept == concept, reviews.c.id == review_id)
    )
    return connection.execute(query).scalar_one_or_none()
