"""Customers: create, change, read."""

from functools import partial
from typing import Any

from sqlalchemy import Row

from schemas.nouns import Customer, CustomerIn, CustomerPatch, MergeCustomerIn
from service.domain.facts.leaps import stream_of
from service.domain.record.customer import CustomerChanged, CustomerCreated, CustomersMerged
from service.store.nouns import customers, portfolios
from service.store.reading.customers_merged import counted_as
from service.store.sql.engine import Database
from service.usecases.errors import invalid, key_taken, no_such_portfolio, not_found
from service.usecases.registry import nouns
from service.usecases.registry.nouns import Noun
from service.usecases.unit_of_work import Caller, Work, work_on, work_on_row

no_customer = partial(not_found, "customer")
TABLE = customers.customers
CUSTOMER = Noun(
    CustomerIn,
    Customer,
    CustomerCreated,
    CustomerChanged,
    TABLE,
    customers.query,
    no_customer,
    TABLE.c.portfolio,
    "customer",
)


def create_customer(db: Database, caller: Caller, body: CustomerIn) -> Customer:
    """A new account in a portfolio."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return nouns.get(work.tx, CUSTOMER, work.once(lambda: enter_customer(work, body)))


def change_customer(db: Database, caller: Caller, key: str, body: CustomerPatch) -> Customer:
    """A new segment or relationship; conversations keep what was true when recorded."""
    with work_on_row(db, caller, customers.find, key, no_customer) as (work, _):
        return nouns.correct(work, CUSTOMER, key, body)


def merge_customer(db: Database, caller: Caller, key: str, body: MergeCustomerIn) -> Customer:
    """Two keys were one customer: from now on both count as one, in talks on record too."""
    with work_on_row(db, caller, customers.find, key, no_customer) as (work, row):
        return nouns.get(work.tx, CUSTOMER, work.once(lambda: _merge(work, row, body)))


def _merge(work: Work, row: Row[Any], body: MergeCustomerIn) -> str:
    into = customers.find(work.tx, body.into, [row.portfolio])
    if into is None:
        raise invalid(
            "body.into", "the portfolio has no customer with this key", "GET /v1/customers lists them"
        )
    merged = counted_as(work.tx, row.portfolio)
    own, stays = merged.get(row.key, row.key), merged.get(into.key, into.key)
    if own == stays:
        raise invalid("body.into", f"is the same customer already, {stays}", "nothing is to be done")
    stored = work.store_words(reason=body.reason)
    work.record(CustomersMerged(own, stays, stored.commitment), stream_of(row.portfolio), stored.id)
    for customer, now in {**merged, own: own}.items():
        if now == own:
            work.update(TABLE, customer, merged_into=stays)
    return str(row.key)


def enter_customer(work: Work, body: CustomerIn) -> str:
    """Enter a customer as part of a larger write; its key."""
    if portfolios.find(work.tx, body.portfolio) is None:
        raise no_such_portfolio()
    if customers.find(work.tx, body.key) is not None:
        raise key_taken()
    return nouns.enter(work, CUSTOMER, body)
