"""Gate reviews and refused attempts, each with its readiness document frozen in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from service.store.nouns.recorded import grouped
from service.store.sql.columns import Moment, metadata
from service.store.sql.prepared import Prepared
from service.store.words.contents import Words, with_words

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False),
    sa.Column("gate", sa.Text),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("to_gate", sa.Text),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("enforced", sa.Boolean, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("decided_at", Moment, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("readiness", sa.Text, nullable=False),
    sa.Column("statements", sa.Text, nullable=False),
    sa.Index("ix_reviews_concept_id", "concept", "id"),
)
"""`readiness` is the document without statements; `statements` names where those words are."""


attestations = sa.Table(
    "attestations",
    metadata,
    sa.Column("review", sa.Text, sa.ForeignKey("reviews.id"), primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("envelope", sa.Text, nullable=False),
)
"""The signed envelope of each go, as it was signed."""

review_flags = sa.Table(
    "review_flags",
    metadata,
    sa.Column("review", sa.Text, sa.ForeignKey("reviews.id"), primary_key=True),
    sa.Column("conversation", sa.Text, primary_key=True),
    sa.Column("flagged_at", Moment, nullable=False),
)
"""Reviews that relied on a conversation which was erased since."""


_ADD, _ATTEST = Prepared(sa.insert(reviews)), Prepared(sa.insert(attestations))


def add(tx: sa.Connection, words: Words, **columns: Any) -> SimpleNamespace:
    """A review, or an attempt that was refused. Its row, as `find` would find it before it is attested."""
    _ADD.run(tx, **columns)
    return SimpleNamespace(**columns, words=words, attested=None)


def flag(tx: sa.Connection, relied: Iterable[tuple[str, str]], at: datetime) -> None:
    """Flags reviews that relied on conversations erased now: pairs of the two."""
    rows = [{"review": review, "conversation": talk, "flagged_at": at} for review, talk in relied]
    if rows:
        tx.execute(sa.insert(review_flags), rows)


def flags_on(connection: sa.Connection, review_id: str) -> Sequence[sa.Row[Any]]:
    """The conversations on which this review relied that were erased since."""
    selected = sa.select(review_flags).where(review_flags.c.review == review_id)
    return connection.execute(selected.order_by(review_flags.c.conversation)).all()


def on_concepts(connection: sa.Connection, ids: Iterable[str]) -> Sequence[sa.Row[Any]]:
    """Every review of these concepts, without its rationale, in the order of deciding."""
    selected = sa.select(reviews).where(reviews.c.concept.in_(list(ids)))
    return connection.execute(selected.order_by(reviews.c.id)).all()


def gos(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[sa.Row[Any]]]:
    """Every go of these concepts that was accepted, in order, with its frozen verdict; by concept."""
    column = reviews.c
    shown = sa.select(*column["id", "concept", "gate", "decided_at", "readiness"])
    passed = shown.where(column.concept.in_(list(ids)), column.outcome == "go", column.accepted)
    return grouped(connection.execute(passed.order_by(column.concept, column.position)), "concept")


def query(concept: str) -> sa.Select[Any]:
    """A concept's reviews with their rationale; `attested` names the review itself where it is signed."""
    return (
        with_words(reviews, attestations.c.review.label("attested"))
        .outerjoin(attestations, attestations.c.review == reviews.c.id)
        .where(reviews.c.concept == concept)
    )


def find(connection: sa.Connection, concept: str, review_id: str) -> sa.Row[Any] | None:
    """One review of a concept, or None."""
    return connection.execute(query(concept).where(reviews.c.id == review_id)).one_or_none()


def attest(tx: sa.Connection, review: str, key: str, envelope: str) -> None:
    """Keep a go's signed envelope, as it was signed."""
    _ATTEST.run(tx, review=review, key=key, envelope=envelope)


def attested(connection: sa.Connection, concept: str, review_id: str) -> str | None:
    """The envelope of one go of a concept, or None."""
    query = (
        sa.select(attestations.c.envelope)
        .join(reviews, reviews.c.id == attestations.c.review)
        .where(reviews.c.concept == concept, reviews.c.id == review_id)
    )
    return connection.execute(query).scalar_one_or_none()
