"""Customers: create, change, read."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, update

from schemas.nouns import Customer, CustomerIn, CustomerPatch, External
from schemas.page import Page
from service.domain.record.customer import CustomerChanged, CustomerCreated
from service.store.nouns import customers, portfolios
from service.store.sql.engine import Database
from service.usecases.errors import key_taken, no_such_portfolio, not_found
from service.usecases.paging import Wanted, paged
from service.usecases.registry.external_ids import linked
from service.usecases.unit_of_work import Caller, Work, join, seen, transaction, work_on

no_customer = partial(not_found, "customer")


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


def list_customers(db: Database, caller: Caller, wanted: Wanted, portfolio: str | None) -> Page[Customer]:
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
    external = [each.model_dump() for each in body.external]
    linked(work, "customer", body.portfolio, body.key, None, external)
    kept = work.keep(name=body.name, external=external)
    facts: dict[str, Any] = {
        "key": body.key,
        "portfolio": body.portfolio,
        "segment": body.segment,
        "relationship": body.relationship,
        "commitment": kept.commitment,
    }
    work.record(CustomerCreated(**facts), body.key, kept.id)
    work.tx.execute(
        insert(customers.customers).values(
            key=body.key,
            portfolio=body.portfolio,
            segment=body.segment,
            relationship=body.relationship,
            content=kept.id,
            revision=1,
            created_at=work.now,
            created_by=work.caller.person,
        )
    )
    return body.key


def _change(work: Work, key: str, body: CustomerPatch) -> str:
    row = customers.find(work.tx, key)
    if row is None:
        raise no_customer()
    work.expect(row.revision)
    return change_known_customer(work, row, body)


def change_known_customer(work: Work, row: Row[Any], body: CustomerPatch) -> str:
    """Change a customer as part of a larger write; its key."""
    words, key = row.words or {}, str(row.key)
    name = body.name if "name" in body.model_fields_set else words.get("name")
    external = words.get("external", [])
    if body.external is not None:
        external = [each.model_dump() for each in body.external]
        linked(work, "customer", row.portfolio, key, words, external)
    kept = work.keep(name=name, external=external, reason=body.reason)
    now = {
        "segment": body.segment or row.segment,
        "relationship": body.relationship or row.relationship,
    }
    facts: dict[str, Any] = {"key": key, **now, "commitment": kept.commitment}
    work.record(CustomerChanged(**facts), key, kept.id)
    work.tx.execute(
        update(customers.customers)
        .where(customers.customers.c.key == key)
        .values(**now, content=kept.id, revision=row.revision + 1)
    )
    return key


def shown_customer(connection: Connection, key: str) -> Customer:
    """A customer as it stands in the midst of a write."""
    row = customers.find(connection, key)
    if row is None:
        raise no_customer()
    return show_customer(row)


def show_customer(row: Row[Any]) -> Customer:
    """A customer as it stands now."""
    return Customer(
        key=row.key,
        portfolio=row.portfolio,
        segment=row.segment,
        relationship=row.relationship,
        name=(row.words or {}).get("name"),
        external=[External(**each) for each in (row.words or {}).get("external", [])],
        erased_at=row.erased_at,
        revision=row.revision,
        created_at=row.created_at,
        created_by=row.created_by,
    )
