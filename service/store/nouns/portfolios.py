"""Portfolios: a business unit's concepts, and the boundary of access."""

from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, Select, Table, Text, select

from service.store.nouns.recorded import revision_columns
from service.store.sql.columns import Json, metadata
from service.store.words.contents import contents, words

portfolios = Table(
    "portfolios",
    metadata,
    Column("key", Text, primary_key=True),
    Column("processes", Json),
    Column("retention_days", Integer),
    *revision_columns(),
)


def query() -> Select[Any]:
    """Portfolios with their words."""
    return select(portfolios, words).join(contents, contents.c.id == portfolios.c.content)


def find(connection: Connection, key: str) -> Row[Any] | None:
    """One portfolio, or None."""
    return connection.execute(query().where(portfolios.c.key == key)).one_or_none()
