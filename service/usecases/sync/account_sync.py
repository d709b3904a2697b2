"""Customers and people as another system has them, by the id that they have there."""

from sqlalchemy import Connection

from schemas.nouns import Customer, CustomerIn, CustomerPatch, CustomerSync, Person, PersonIn, PersonPatch
from service.store.log.chains import ORGANISATION
from service.store.nouns import customers, people
from service.store.sql.engine import Database
from service.store.words import blind_index
from service.usecases.errors import no_such_portfolio
from service.usecases.registry.customers import (
    change_known_customer,
    enter_customer,
    no_customer,
    show_customer,
    shown_customer,
)
from service.usecases.registry.external_ids import with_id
from service.usecases.registry.people import change_known_person, enter_person, no_person, shown_person
from service.usecases.sync.patches import patch_for
from service.usecases.sync.upserts import find_one, put_sealed_once, require_same
from service.usecases.unit_of_work import Caller, Work, seen, work_on


def get_customer_by_external(
    db: Database, caller: Caller, system: str, id: str, portfolio: str | None
) -> Customer:
    """The one customer that the caller sees with this id."""
    with db.reading() as connection:
        key = find_one(connection, caller, "customer", (system, id), portfolio, no_customer)
        return show_customer(seen(customers.find(connection, key, caller.portfolios), caller, no_customer))


def put_customer_by_external(
    db: Database, caller: Caller, system: str, id: str, body: CustomerSync
) -> tuple[Customer, bool]:
    """The customer as the body says, and whether it is new. What is so already is not written again."""
    wanted = body.model_copy(update={"external": with_id(body.external, system, id)})
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:

        def create(work: Work) -> str:
            return enter_customer(work, CustomerIn(**wanted.model_dump(exclude={"reason"})))

        def update(work: Work, key: str) -> None:
            row = seen(customers.find(work.tx, key, caller.portfolios), caller, no_customer)
            work.expect(row.revision, required=False)
            require_same("customer", key, body.key)
            recorded = show_customer(row).model_dump(mode="json")
            if patch := patch_for(CustomerPatch, recorded, wanted):
                change_known_customer(work, row, patch.model_copy(update={"reason": body.reason}))

        key, is_new = put_sealed_once(work, "customer", (system, id), body.portfolio, create, update)
        return shown_customer(work.tx, key), is_new


def get_person_by_external(db: Database, system: str, id: str) -> Person:
    """The one colleague with this id."""
    with db.reading() as connection:
        return shown_person(connection, _key_of(connection, system, id))


def put_person_by_external(
    db: Database, caller: Caller, system: str, id: str, body: PersonIn
) -> tuple[Person, bool]:
    """The person as the body says, and whether they are new. What is so already is not written again."""
    wanted = body.model_copy(update={"external": with_id(body.external, system, id)})
    with work_on(db, caller, ORGANISATION, no_person) as work:

        def update(work: Work, key: str) -> None:
            row = people.find(work.tx, key)
            if row is None:
                raise no_person()
            work.expect(row.revision, required=False)
            require_same("person", key, body.key)
            recorded = shown_person(work.tx, key).model_dump(mode="json")
            if patch := patch_for(PersonPatch, recorded, wanted):
                change_known_person(work, row, patch)

        def create(work: Work) -> str:
            return enter_person(work, wanted)

        key, is_new = put_sealed_once(work, "person", (system, id), ORGANISATION, create, update)
        return shown_person(work.tx, key), is_new


def _key_of(connection: Connection, system: str, id: str) -> str:
    rows = blind_index.find(connection, "person", (system, id))
    if not rows:
        raise no_person()
    return str(rows[0].ref)
