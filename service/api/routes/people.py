"""Routes of people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from schemas.nouns import Person, PersonIn, PersonPatch
from schemas.page import Page
from service.api.call import Changing, Creating, Reading
from service.api.contract import link_next, tag, wanted
from service.api.examples import example, path
from service.api.problem_examples import BAD_CURSOR, errors, missing, unknown, write_errors
from service.usecases import people
from service.usecases.paging import Wanted

router = APIRouter(prefix="/v1/people", tags=["People"])
Key = Annotated[
    str,
    path(
        "The person's key.",
        ("callum", "callum: sells to ports and ferries"),
        ("admin", "admin: the person behind your token"),
        ("pm-1", "pm-1: yours, once you have created it"),
    ),
]


@router.post(
    "",
    status_code=201,
    summary="Create a person",
    responses=write_errors("key-taken", wrong=missing("function")),
    openapi_extra=example(key="pm-1", name="First product manager", function="product", leader=False),
)
async def create_person(body: PersonIn, call: Creating, response: Response) -> Person:
    """A colleague who holds conversations, owns decisions or decides gates."""
    made = await call.write(people.create_person, body)
    tag(response, made.revision, f"/v1/people/{made.key}")
    return made


@router.get("", summary="List people", responses=errors(wrong=BAD_CURSOR))
async def list_people(
    page: Annotated[Wanted, Depends(wanted)], call: Reading, request: Request, response: Response
) -> Page[Person]:
    """Colleagues by key, page by page."""
    found = await call.read(people.list_people, page)
    link_next(request, response, found)
    return found


@router.get("/{person}", summary="Read a person", responses=errors("not-found", of="person"))
async def get_person(person: Key, call: Reading, response: Response) -> Person:
    """One colleague; the ETag is for If-Match."""
    found = await call.read(people.get_person, person)
    tag(response, found.revision)
    return found


@router.patch(
    "/{person}",
    summary="Change a person",
    responses=write_errors(
        "not-found", "precondition-failed", "precondition-required", wrong=unknown("key"), of="person"
    ),
    openapi_extra=example(function="product"),
)
async def change_person(person: Key, body: PersonPatch, call: Changing, response: Response) -> Person:
    """A new name, function or standing. Conversations keep what was true when recorded."""
    changed = await call.write(people.change_person, person, body)
    tag(response, changed.revision)
    return changed
