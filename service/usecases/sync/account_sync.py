"""Customers and people as another system has them, by the id that they have there."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from schemas.base import Model, Tagged
from schemas.nouns import Customer, CustomerIn, CustomerPatch, CustomerSync, Person, PersonIn, PersonPatch
from service.store.log.chains import ORGANISATION
from service.store.sql.engine import Database
from service.store.words import blind_index
from service.store.words.blind_index import NounName, Pair
from service.usecases.errors import no_such_portfolio, require
from service.usecases.registry import nouns
from service.usecases.registry.customers import CUSTOMER, enter_customer, no_customer
from service.usecases.registry.external_ids import with_id
from service.usecases.registry.nouns import Noun
from service.usecases.registry.people import PERSON, enter_person, no_person
from service.usecases.sync.upserts import find_one, patch_for, put_sealed_once, require_same
from service.usecases.unit_of_work import Caller, Work, work_on
from service.usecases.views import etag_of

M = TypeVar("M", bound=Tagged)


def get_customer_by_external(
    db: Database, caller: Caller, system: str, id: str, portfolio: str | None
) -> Customer:
    """The one customer that the caller sees with this id."""
    with db.reading() as connection:
        key = find_one(connection, caller, "customer", (system, id), portfolio, no_customer)
        return nouns.show(CUSTOMER, nouns.find(connection, CUSTOMER, key, caller.portfolios))


def put_customer_by_external(
    db: Database, caller: Caller, system: str, id: str, body: CustomerSync
) -> tuple[Customer, bool]:
    """The customer as the body says, and whether it is new. What is so already is not written again."""
    wanted = with_id(body, body.external, system, id)
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:

        def create() -> str:
            return enter_customer(work, CustomerIn(**wanted.model_dump(exclude={"reason"})))

        return _put(
            work, CUSTOMER, "customer", CustomerPatch, (system, id), wanted, body.model_fields_set, create
        )


def get_person_by_external(db: Database, system: str, id: str) -> Person:
    """The one colleague with this id."""
    with db.reading() as connection:
        rows = blind_index.find(connection, "person", (system, id))
        return nouns.get(connection, PERSON, require(next(iter(rows), None), no_person).ref)


def put_person_by_external(
    db: Database, caller: Caller, system: str, id: str, body: PersonIn
) -> tuple[Person, bool]:
    """The person as the body says, and whether they are new. What is so already is not written again."""
    wanted = with_id(body, body.external, system, id)
    with work_on(db, caller, ORGANISATION, no_person) as work:
        create = partial(enter_person, work, wanted)
        return _put(work, PERSON, "person", PersonPatch, (system, id), wanted, body.model_fields_set, create)


def _put(
    work: Work,
    noun: Noun[M],
    noun_name: NounName,
    patch: type[Model],
    pair: Pair,
    wanted: CustomerSync | PersonIn,
    said: set[str],
    create: Callable[[], str],
) -> tuple[M, bool]:
    """The noun as it is wanted, as far as the other system `said`, and whether it is new."""

    def update(key: str) -> None:
        row = nouns.find(work.tx, noun, key)
        work.expect(etag_of(row), required=False)
        require_same(noun_name, key, wanted.key)
        if changes := patch_for(patch, nouns.show(noun, row).model_dump(mode="json"), wanted, said):
            nouns.change(work, noun, row, changes)

    key, is_new = put_sealed_once(work, noun_name, pair, create, update)
    return nouns.get(work.tx, noun, key), is_new
