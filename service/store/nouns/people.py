"""Colleagues, organisation-wide."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Index, Row, Select, Table, Text, func, select, text

from service.store.nouns.recorded import revision_columns
from service.store.sql.columns import metadata
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.contents import contents, words

people = Table(
    "people",
    metadata,
    Column("key", Text, primary_key=True),
    Column("function", Text, nullable=False),
    Column("leader", Boolean, nullable=False),
    *revision_columns(),
    Index("ix_people_lowered", func.lower(text("key"))),
)


def query() -> Select[Any]:
    """People with their names."""
    return select(people, words).join(contents, contents.c.id == people.c.content)


def find(connection: Connection, key: str) -> Row[Any] | None:
    """One person, or None."""
    return connection.execute(query().where(people.c.key == key)).one_or_none()


def everybody(connection: Connection) -> Sequence[Row[Any]]:
    """All people, without their names."""
    return connection.execute(select(people)).all()


def known(connection: Connection, keys: Iterable[str]) -> set[str]:
    """The keys, among these, that are a person's."""
    wanted = sorted(set(keys))
    rows = _known(len(wanted)).all(connection, **numbered(wanted)) if wanted else ()
    return {row.key for row in rows}


@lru_cache(maxsize=64)
def _known(count: int) -> Prepared:
    return Prepared(select(people.c.key).where(people.c.key.in_(numbers(count))))
