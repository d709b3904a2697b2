"""Decisions as they stand now, and every wording they had."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from service.store.nouns.recorded import revision_columns
from service.store.sql.columns import Moment, metadata
from service.store.sql.prepared import Prepared
from service.store.words.contents import with_words

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("stated_at", Moment, nullable=False),
    sa.Column("stated_by", sa.Text, nullable=False),
    *revision_columns(),
    sa.Index("ix_decisions_owner_concept", "owner", "concept"),
)


def query(concept: str) -> sa.Select[Any]:
    """A concept's decisions with their words."""
    return with_words(decisions).where(decisions.c.concept == concept)


def find(connection: sa.Connection, concept: str, key: str) -> sa.Row[Any] | None:
    """One decision, or None."""
    return connection.execute(query(concept).where(decisions.c.key == key)).one_or_none()


_CONTENTS = Prepared(
    sa.select(decisions.c.key, decisions.c.content)
    .where(decisions.c.concept == sa.bindparam("concept"))
    .order_by(decisions.c.key)
)


def contents_of(connection: sa.Connection, concept: str) -> dict[str, str]:
    """The ids of the contents that hold the words of a concept's decisions, by key."""
    return {row.key: row.content for row in _CONTENTS.all(connection, concept=concept)}


def every(connection: sa.Connection, concept: str) -> Sequence[sa.Row[Any]]:
    """All of a concept's decisions, by key."""
    return connection.execute(query(concept).order_by(decisions.c.key)).all()
