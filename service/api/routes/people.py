"""Routes of people."""

from typing import Annotated

from fastapi import APIRouter

from schemas import base
from schemas.nouns import Person, PersonIn, PersonPatch
from schemas.page import Page
from service.api.call import Changing, Creating, Reading, Syncing
from service.api.contract.problem_examples import (
    change_errors,
    errors,
    list_errors,
    missing,
    put_responses,
    unknown,
    write_errors,
)
from service.api.examples import example, path
from service.api.guards import GuardedRoute
from service.api.parameters import Paging
from service.usecases.registry import nouns, people
from service.usecases.sync import account_sync

router = APIRouter(route_class=GuardedRoute, prefix="/v1/people", tags=["People"])
Key = Annotated[
    str,
    path(
        "The person's key.",
        ("callum", "callum: sells to ports and ferries"),
        ("admin", "admin: the person behind your token"),
        ("pm-1", "pm-1: yours, once you have created it"),
    ),
]

System = Annotated[base.Key, path("The other system.", ("workday", "workday"))]
IdElsewhere = Annotated[base.Label, path("The id that they have there.", ("W-5", "W-5: ines there"))]


@router.post(
    "",
    status_code=201,
    summary="Create a person",
    responses=write_errors("key-taken", "external-taken", wrong=missing("function")),
    openapi_extra=example(key="pm-1", name="First product manager", function="product", leader=False),
)
async def create_person(body: PersonIn, call: Creating) -> Person:
    """A colleague who holds conversations, owns decisions or decides gates."""
    made = await call.write(people.create_person, body)
    return call.tag(made, f"/v1/people/{made.key}")


@router.get("", summary="List people", responses=list_errors())
async def list_people(page: Paging, call: Reading) -> Page[Person]:
    """Colleagues by key, page by page."""
    return call.link(await call.read(nouns.listed, call.caller, people.PERSON, page))


@router.get(
    "/by-external/{system}/{id:path}",
    summary="Read a person by their id elsewhere",
    responses=errors(of="person"),
)
async def get_person_by_external(system: System, id: IdElsewhere, call: Reading) -> Person:
    """One colleague by their id in another system; the ETag is for If-Match."""
    return call.tag(await call.read(account_sync.get_person_by_external, system, id))


@router.put(
    "/by-external/{system}/{id:path}",
    status_code=201,
    summary="Create or update a person by their id elsewhere",
    responses=put_responses(Person, "key-taken", "external-taken", wrong=missing("function")),
    openapi_extra=example(
        key="ines",
        name="Inês Duarte",
        function="marketing",
        external=[{"system": "workday", "id": "W-5"}],
    ),
)
async def put_person_by_external(system: System, id: IdElsewhere, body: PersonIn, call: Syncing) -> Person:
    """The whole person as another system has them: created, brought up to date, or left as they are.

    Repeating it changes nothing. The id in the address is added to `external`. The key stays.
    """
    put, is_new = await call.write(account_sync.put_person_by_external, system, id, body)
    return call.put(put, f"/v1/people/{put.key}", is_new=is_new)


@router.get("/{person}", summary="Read a person", responses=errors(of="person"))
async def get_person(person: Key, call: Reading) -> Person:
    """One colleague; the ETag is for If-Match."""
    return call.tag(await call.read(nouns.read, call.caller, people.PERSON, person))


@router.patch(
    "/{person}",
    summary="Change a person",
    responses=change_errors("external-taken", wrong=unknown("key"), of="person"),
    openapi_extra=example(function="product"),
)
async def change_person(person: Key, body: PersonPatch, call: Changing) -> Person:
    """A new name, function or standing. Conversations keep what was true when recorded."""
    return call.tag(await call.write(people.change_person, person, body))
