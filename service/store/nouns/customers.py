"""Customers: the accounts that people talk with."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from service.store.nouns.recorded import revision_columns, within
from service.store.sql.columns import metadata
from service.store.words.contents import erased, with_words

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text, sa.ForeignKey("portfolios.key"), nullable=False),
    sa.Column("segment", sa.Text, nullable=False),
    sa.Column("relationship", sa.Text, nullable=False),
    sa.Column("merged_into", sa.Text),
    *revision_columns(),
    sa.Index("ix_customers_portfolio_key", "portfolio", "key"),
)


def query() -> sa.Select[Any]:
    """Customers with their names."""
    customer = with_words(customers, erased.c.erased_at)
    return customer.outerjoin(erased, erased.c.content == customers.c.content)


def find(
    connection: sa.Connection, key: str, portfolios: Collection[str] | None = None
) -> sa.Row[Any] | None:
    """One customer; None when there is none in these portfolios (None: in any)."""
    matching = (customers.c.key == key) & within(customers.c.portfolio, portfolios)
    return connection.execute(query().where(matching)).one_or_none()


def of_portfolio(connection: sa.Connection, portfolio: str, keys: Iterable[str]) -> Sequence[sa.Row[Any]]:
    """The customers, among these, that are in this portfolio, without their names."""
    matching = (customers.c.portfolio == portfolio) & customers.c.key.in_(list(keys))
    return connection.execute(sa.select(customers).where(matching)).all()
