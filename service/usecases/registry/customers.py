"""Customers: create, change, read."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.nouns import Customer, CustomerIn, CustomerPatch
from schemas.page import Page
from service.domain.record.customer import CustomerChanged, CustomerCreated
from service.store.nouns import customers, portfolios
from service.store.sql.engine import Database
from service.usecases.errors import key_taken, no_such_portfolio, not_found
from service.usecases.paging import PageRequest, paged
from service.usecases.registry import nouns
from service.usecases.registry.nouns import Noun
from service.usecases.unit_of_work import Caller, Work, join, seen, transaction, work_on

no_customer = partial(not_found, "customer")
CUSTOMER = Noun(CustomerIn, CustomerCreated, CustomerChanged, customers.customers, "customer")


def create_customer(db: Database, caller: Caller, body: CustomerIn) -> Customer:
    """A new account in a portfolio."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return shown_customer(work.tx, work.once(lambda: enter_customer(work, body)))


def change_customer(db: Database, caller: Caller, key: str, body: CustomerPatch) -> Customer:
    """A new segment or relationship; conversations keep what was true when recorded."""
    with transaction(db, caller) as tx:
        row = seen(customers.find(tx, key, caller.portfolios), caller, no_customer)
        work = join(tx, caller, row.portfolio, no_customer)
        return shown_customer(tx, work.once(lambda: _change(work, key, body)))


def get_customer(db: Database, caller: Caller, key: str) -> Customer:
    """One account."""
    with db.reading() as connection:
        return show_customer(seen(customers.find(connection, key, caller.portfolios), caller, no_customer))


def list_customers(
    db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None
) -> Page[Customer]:
    """Accounts by key, of one portfolio or of all."""
    table = customers.customers
    query = customers.query().where(caller.within(table.c.portfolio))
    if portfolio is not None:
        query = query.where(table.c.portfolio == portfolio)
    with db.reading() as connection:
        return paged(connection, "customers", query, table.c.key, wanted, show_customer)


def enter_customer(work: Work, body: CustomerIn) -> str:
    """Enter a customer as part of a larger write; its key."""
    if portfolios.find(work.tx, body.portfolio) is None:
        raise no_such_portfolio()
    if customers.find(work.tx, body.key) is not None:
        raise key_taken()
    return nouns.enter(work, CUSTOMER, body)


def _change(work: Work, key: str, body: CustomerPatch) -> str:
    row = customers.find(work.tx, key)
    if row is None:
        raise no_customer()
    work.expect(row.revision)
    return change_known_customer(work, row, body)


def change_known_customer(work: Work, row: Row[Any], body: CustomerPatch) -> str:
    """Change a customer as part of a larger write; its key."""
    return nouns.change(work, CUSTOMER, row, body)


def shown_customer(connection: Connection, key: str) -> Customer:
    """A customer as it stands in the midst of a write."""
    row = customers.find(connection, key)
    if row is None:
        raise no_customer()
    return show_customer(row)


def show_customer(row: Row[Any]) -> Customer:
    """A customer as it stands now."""
    return nouns.show(CUSTOMER, Customer, row)
