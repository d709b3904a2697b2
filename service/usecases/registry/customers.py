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
from service.usecases.unit_of_work import Caller, Work, require_visible, work_on, work_on_row

no_customer = partial(not_found, "customer")
TABLE = customers.customers
CUSTOMER = Noun(
    CustomerIn, Customer, CustomerCreated, CustomerChanged, TABLE, customers.find, no_customer, "customer"
)


def create_customer(db: Database, caller: Caller, body: CustomerIn) -> Customer:
    """A new account in a portfolio."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return nouns.get(work.tx, CUSTOMER, work.once(lambda: enter_customer(work, body)))


def change_customer(db: Database, caller: Caller, key: str, body: CustomerPatch) -> Customer:
    """A new segment or relationship; conversations keep what was true when recorded."""
    with work_on_row(db, caller, customers.find, key, no_customer) as (work, _):
        return nouns.correct(work, CUSTOMER, key, body)


def get_customer(db: Database, caller: Caller, key: str) -> Customer:
    """One account."""
    with db.reading() as connection:
        return nouns.show(CUSTOMER, visible_customer(connection, caller, key))


def list_customers(
    db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None
) -> Page[Customer]:
    """Accounts by key, of one portfolio or of all."""
    query = customers.query().where(caller.within(TABLE.c.portfolio))
    if portfolio is not None:
        query = query.where(TABLE.c.portfolio == portfolio)
    with db.reading() as connection:
        return paged(connection, "customers", query, TABLE.c.key, wanted, partial(nouns.show, CUSTOMER))


def enter_customer(work: Work, body: CustomerIn) -> str:
    """Enter a customer as part of a larger write; its key."""
    if portfolios.find(work.tx, body.portfolio) is None:
        raise no_such_portfolio()
    if customers.find(work.tx, body.key) is not None:
        raise key_taken()
    return nouns.enter(work, CUSTOMER, body)


def visible_customer(connection: Connection, caller: Caller, key: str) -> Row[Any]:
    """The customer's row, with its words."""
    return require_visible(customers.find(connection, key, caller.portfolios), caller, no_customer)
