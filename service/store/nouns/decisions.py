"""Decisions as they stand now, and every wording they had."""

from collections.abc import Sequence
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
    bindparam,
    select,
)

from service.store.nouns.recorded import revision_columns
from service.store.sql.columns import Moment, metadata
from service.store.sql.prepared import Prepared
from service.store.words.contents import with_words

decisions = Table(
    "decisions",
    metadata,
    Column("concept", Text, ForeignKey("concepts.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("stated_at", Moment, nullable=False),
    Column("stated_by", Text, nullable=False),
    *revision_columns(),
    Index("ix_decisions_owner_concept", "owner", "concept"),
)


def query(concept: str) -> Select[Any]:
    """A concept's decisions with their words."""
    return with_words(decisions).where(decisions.c.concept == concept)


def find(connection: Connection, concept: str, key: str) -> Row[Any] | None:
    """One decision, or None."""
    return connection.execute(query(concept).where(decisions.c.key == key)).one_or_none()


_CONTENTS = Prepared(
    select(decisions.c.key, decisions.c.content)
    .where(decisions.c.concept == bindparam("concept"))
    .order_by(decisions.c.key)
)


def contents_of(connection: Connection, concept: str) -> dict[str, str]:
    """The ids of the contents that hold the words of a concept's decisions, by key."""
    return {row.key: row.content for row in _CONTENTS.all(connection, concept=concept)}


def every(connection: Connection, concept: str) -> Sequence[Row[Any]]:
    """All of a concept's decisions, by key."""
    return connection.execute(query(concept).order_by(decisions.c.key)).all()
