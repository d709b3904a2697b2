"""Routes of customers."""

from typing import Annotated

from fastapi import APIRouter

from schemas import base
from schemas.nouns import Customer, CustomerIn, CustomerPatch, CustomerSync, MergeCustomerIn
from schemas.page import Page
from schemas.privacy import CustomerExport, EraseIn, Erasure
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
from service.api.examples import choice, example, examples, path
from service.api.guards import GuardedRoute
from service.api.parameters import NO_SUCH_PARAMETER, InPortfolio, OfPortfolio, Paging
from service.usecases.privacy import erasure, export
from service.usecases.registry import customers, nouns
from service.usecases.sync import account_sync

router = APIRouter(route_class=GuardedRoute, prefix="/v1/customers", tags=["Customers"])
Key = Annotated[
    str,
    path(
        "The customer's key.",
        ("norrvik", "norrvik: a prospect of the example portfolio"),
        ("acme", "acme: yours, once you have created it"),
    ),
]

FORGOTTEN = ("gull-point", "gull-point: asked to be forgotten before the first talk")
ToErase = Annotated[str, path("The customer's key.", FORGOTTEN)]
ToMerge = Annotated[str, path("The key of the one that is no customer of its own.", FORGOTTEN)]
System = Annotated[base.Key, path("The other system.", ("salesforce", "salesforce"))]
IdElsewhere = Annotated[base.Label, path("The id that it has there.", ("A-17", "A-17: kestrel there"))]


@router.post(
    "",
    status_code=201,
    summary="Create a customer",
    responses=write_errors("key-taken", "external-taken", wrong=missing("segment")),
    openapi_extra=example(key="acme", portfolio="energy", segment="smb", relationship="prospect"),
)
async def create_customer(body: CustomerIn, call: Creating) -> Customer:
    """An account that people talk with, its segment, and how it stands to us."""
    made = await call.write(customers.create_customer, body)
    return call.tag(made, f"/v1/customers/{made.key}")


@router.get("", summary="List customers", responses=list_errors())
async def list_customers(page: Paging, call: Reading, portfolio: InPortfolio = None) -> Page[Customer]:
    """Customers by key, page by page."""
    return call.link(await call.read(nouns.listed, call.caller, customers.CUSTOMER, page, portfolio))


@router.get(
    "/by-external/{system}/{id:path}",
    summary="Read a customer by its id elsewhere",
    responses=errors(wrong=NO_SUCH_PARAMETER, of="customer"),
)
async def get_customer_by_external(
    system: System, id: IdElsewhere, call: Reading, portfolio: OfPortfolio = None
) -> Customer:
    """One customer by its id in another system; the ETag is for If-Match."""
    use = account_sync.get_customer_by_external
    return call.tag(await call.read(use, call.caller, system, id, portfolio))


@router.put(
    "/by-external/{system}/{id:path}",
    status_code=201,
    summary="Create or update a customer by its id elsewhere",
    responses=put_responses(Customer, "key-taken", "external-taken", wrong=missing("segment")),
    openapi_extra=example(
        key="kestrel",
        portfolio="harbour",
        name="Kestrel Sound Ferries",
        segment="ferry-operator",
        relationship="advocate",
        external=[{"system": "salesforce", "id": "A-17"}],
    ),
)
async def put_customer_by_external(
    system: System, id: IdElsewhere, body: CustomerSync, call: Syncing
) -> Customer:
    """The whole customer as another system has it: created, brought up to date, or left as it is.

    Repeating it changes nothing. The id in the address is added to `external`. Key and portfolio stay as
    they were created; conversations keep what was true when recorded.
    """
    put, is_new = await call.write(account_sync.put_customer_by_external, system, id, body)
    return call.put(put, f"/v1/customers/{put.key}", is_new=is_new)


@router.get("/{customer}", summary="Read a customer", responses=errors(of="customer"))
async def get_customer(customer: Key, call: Reading) -> Customer:
    """One customer; the ETag is for If-Match."""
    return call.tag(await call.read(nouns.read, call.caller, customers.CUSTOMER, customer))


@router.patch(
    "/{customer}",
    summary="Change a customer",
    responses=change_errors("external-taken", wrong=unknown("portfolio"), of="customer"),
    openapi_extra=example(relationship="customer", reason="They signed this week."),
)
async def change_customer(customer: Key, body: CustomerPatch, call: Changing) -> Customer:
    """A new segment or relationship. Conversations keep what was true when recorded."""
    return call.tag(await call.write(customers.change_customer, customer, body))


@router.post(
    "/{customer}/merge",
    summary="Merge a customer into another",
    responses=write_errors(wrong=missing("into"), of="customer"),
    openapi_extra=example(into="norrvik", reason="The CRM merged the two accounts."),
)
async def merge_customer(customer: ToMerge, body: MergeCustomerIn, call: Creating) -> Customer:
    """Two keys were one customer: from now on both count as one, in talks on record too.

    Counts may become lower, and a gate blocked: two keys were one customer all the while. Verdicts of the
    past read as they were. Whoever erases the one that stays erases both.
    """
    return call.tag(await call.write(customers.merge_customer, customer, body))


@router.get("/{customer}/export", summary="Export a customer", responses=errors(of="customer"))
async def export_customer(customer: Key, call: Reading) -> CustomerExport:
    """All that is held about a customer and the people there, to hand to them when they ask.

    Also what their consent withholds elsewhere, and what was written on their account.
    """
    document = await call.read_page(export.export_customer, call.caller, customer)
    call.response.headers["Content-Disposition"] = f'attachment; filename="{customer}.json"'
    return document


@router.post(
    "/{customer}/erase",
    summary="Erase a customer",
    responses=write_errors("already-erased", wrong=missing("reason"), of="customer"),
    openapi_extra=examples(
        choice("customer: all that is held about it", reason="Asked for by letter of 20 November."),
        choice(
            "participant: the conversations in which one person took part",
            reason="Asked for by telephone.",
            participant="p1",
        ),
    ),
)
async def erase_customer(customer: ToErase, body: EraseIn, call: Creating) -> Erasure:
    """Remove every name, word and quote, and what was written on their account, for good.

    Tombstones stay: keys, refs and what verdicts were made of. Reviews that relied on it say so;
    what it justified has to be justified anew.
    """
    return await call.write_in_own_transactions(erasure.erase_customer, customer, body)
