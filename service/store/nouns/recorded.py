"""The columns that every noun's table has, and reading its rows page by page."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from service.store.sql.columns import Moment


def revision_columns() -> tuple[sa.Column[Any], ...]:
    """The columns of schemas.nouns.Recorded."""
    return (
        sa.Column("content", sa.Text),  # no foreign key: erasure takes the words and leaves the row
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
    )


def within(column: sa.ColumnElement[str], portfolios: Collection[str] | None) -> sa.ColumnElement[bool]:
    """The rows of these portfolios; None: of all."""
    return sa.true() if portfolios is None else column.in_(sorted(portfolios))


def grouped(rows: Iterable[sa.Row[Any]], column: str) -> dict[str, list[sa.Row[Any]]]:
    """Rows by the value of this column, each list in their order; an empty one for any other value."""
    by_value: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    for row in rows:
        by_value[getattr(row, column)].append(row)
    return by_value


def page(
    connection: sa.Connection,
    query: sa.Select[Any],
    key: sa.ColumnElement[str],
    after: str | None,
    limit: int,
) -> tuple[Sequence[sa.Row[Any]], bool]:
    """Up to `limit` rows after the key, in its order, and whether there are more."""
    if after is not None:
        query = query.where(key > after)
    rows = connection.execute(query.order_by(key).limit(limit + 1)).all()
    return rows[:limit], len(rows) > limit
