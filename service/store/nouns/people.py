"""Colleagues, organisation-wide."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from service.store.nouns.recorded import revision_columns
from service.store.sql.columns import metadata
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.contents import contents, words

people = sa.Table(
    "people",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("function", sa.Text, nullable=False),
    sa.Column("leader", sa.Boolean, nullable=False),
    *revision_columns(),
    sa.Index("ix_people_lowered", sa.func.lower(sa.text("key"))),
)


def query() -> sa.Select[Any]:
    """People with their names."""
    return sa.select(people, words).join(contents, contents.c.id == people.c.content)


def find(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """One person, or None."""
    return connection.execute(query().where(people.c.key == key)).one_or_none()


def everybody(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """All people, without their names."""
    return connection.execute(sa.select(people)).all()


def known(connection: sa.Connection, keys: Iterable[str]) -> set[str]:
    """The keys, among these, that are a person's."""
    wanted = sorted(set(keys))
    rows = _known(len(wanted)).all(connection, **numbered(wanted)) if wanted else ()
    return {row.key for row in rows}


@lru_cache(maxsize=64)
def _known(count: int) -> Prepared:
    return Prepared(sa.select(people.c.key).where(people.c.key.in_(numbers(count))))
