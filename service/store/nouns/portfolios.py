"""Portfolios: a business unit's concepts, and the boundary of access."""

from typing import Any

import sqlalchemy as sa

from service.store.nouns.recorded import revision_columns
from service.store.sql.columns import Json, metadata
from service.store.words.contents import contents, words

portfolios = sa.Table(
    "portfolios",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("processes", Json),
    sa.Column("retention_days", sa.Integer),
    *revision_columns(),
)


def query() -> sa.Select[Any]:
    """Portfolios with their words."""
    return sa.select(portfolios, words).join(contents, contents.c.id == portfolios.c.content)


def find(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """One portfolio, or None."""
    return connection.execute(query().where(portfolios.c.key == key)).one_or_none()
