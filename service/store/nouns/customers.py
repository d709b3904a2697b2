"""Customers: the accounts that people talk with."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Select, Table, Text, select

from service.store.nouns.recorded import revision_columns, within
from service.store.sql.columns import metadata
from service.store.words.contents import erased, with_words

customers = Table(
    "customers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("portfolio", Text, ForeignKey("portfolios.key"), nullable=False),
    Column("segment", Text, nullable=False),
    Column("relationship", Text, nullable=False),
    *revision_columns(),
    Index("ix_customers_portfolio_key", "portfolio", "key"),
)


def query() -> Select[Any]:
    """Customers with their names."""
    customer = with_words(customers, erased.c.erased_at)
    return customer.outerjoin(erased, erased.c.content == customers.c.content)


def find(connection: Connection, key: str, portfolios: Collection[str] | None = None) -> Row[Any] | None:
    """One customer; None when there is none in these portfolios (None: in any)."""
    matching = (customers.c.key == key) & within(customers.c.portfolio, portfolios)
    return connection.execute(query().where(matching)).one_or_none()


def of_portfolio(connection: Connection, portfolio: str, keys: Iterable[str]) -> Sequence[Row[Any]]:
    """The customers, among these, that are in this portfolio, without their names."""
    matching = (customers.c.portfolio == portfolio) & customers.c.key.in_(list(keys))
    return connection.execute(select(customers).where(matching)).all()
