"""Customers: create, change, read."""

from functools import partial

from schemas.nouns import Customer, CustomerIn, CustomerPatch
from service.domain.record.customer import CustomerChanged, CustomerCreated
from service.store.nouns import customers, portfolios
from service.store.sql.engine import Database
from service.usecases.errors import key_taken, no_such_portfolio, not_found
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


def enter_customer(work: Work, body: CustomerIn) -> str:
    """Enter a customer as part of a larger write; its key."""
    if portfolios.find(work.tx, body.portfolio) is None:
        raise no_such_portfolio()
    if customers.find(work.tx, body.key) is not None:
        raise key_taken()
    return nouns.enter(work, CUSTOMER, body)
