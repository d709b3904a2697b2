"""Routes of conversations."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from schemas import base
from schemas.bulk import Bulk, BulkItem, ConversationsIn
from schemas.conversation import (
    ConsentIn,
    Conversation,
    ConversationIn,
    ConversationSync,
    RevisionIn,
    WithdrawIn,
)
from schemas.page import Page
from service.api.call import Changing, Creating, Reading, Syncing, made
from service.api.contract.problem_examples import (
    change_errors,
    errors,
    list_errors,
    missing,
    put_responses,
    write_errors,
)
from service.api.examples import choice, example, examples, path
from service.api.guards import GuardedRoute
from service.api.parameters import NO_SUCH_PARAMETER, InPortfolio, OfPortfolio, Paging
from service.usecases.errors import invalid
from service.usecases.evidence import bulk, conversations
from service.usecases.sync import conversation_sync
from service.usecases.views import etag

router = APIRouter(route_class=GuardedRoute, prefix="/v1/conversations", tags=["Conversations"])
BATCH = 25
"""Conversations in one transaction: how long another writer waits."""
ID = "The id that recording it answered; the list has them too."
TOO_OLD = ("cnv_000386-swap-01", "swap-01: a very good interview, too old by now")
FORTY_MINUTES = ("cnv_001236-swap-04", "swap-04: a call that was longer than noted")
TOO_THIN = ("cnv_001407-swap-09", "swap-09: half an hour of talk, two lines of notes")
Id = Annotated[str, path(ID, TOO_OLD, FORTY_MINUTES, TOO_THIN)]
ToAsk = Annotated[str, path(ID, TOO_OLD)]
ToRevise = Annotated[str, path(ID, FORTY_MINUTES)]
ToWithdraw = Annotated[str, path(ID, TOO_THIN)]
System = Annotated[base.Key, path("The other system.", ("dovetail", "dovetail"))]
IdElsewhere = Annotated[base.Label, path("The id that it has there.", ("n-12", "n-12: swap-02 there"))]
NewIdElsewhere = Annotated[base.Label, path("The id that it has there.", ("n-79", "n-79: not yet here"))]
NOT_YET_HELD = invalid(
    "body.held_at",
    "a conversation is recorded after it was held",
    "give the instant at which it was held, 2026-11-22T09:05:00Z at the latest",
)
SUMMARY = (
    "They learn of a new tariff when the invoice is higher, and by then the notice period is over."
    " Twice last year they paid a full quarter too much. They keep a spreadsheet of contracts that"
    " one clerk updates when she has time. Asked what they had tried, they named a broker who went"
    " quiet after signing. They would move within a week if somebody told them in time, and had"
    " the saving worked out in euros, not in per cent."
)
INTERVIEW = {
    "portfolio": "energy",
    "kind": "interview",
    "held_at": "2026-11-03T09:00:00Z",
    "duration_minutes": 30,
    "customer": "acme",
    "participants": [{"ref": "p1", "role": "analyst", "colleague": False}],
    "attendees": ["pm-1"],
    "conducted_by": "own_team",
    "solution_shown": False,
    "summary": SUMMARY,
    "quotes": [{"text": "I find out when it hurts.", "participant": "p1"}],
    "themes": ["late news"],
    "commitments": [{"kind": "time", "text": "Will sit through a second round in December."}],
    "past_spend": "Paid a broker 1,200 euros in spring.",
    "consent": "quote_internally",
    "external": [{"system": "dovetail", "id": "n-77"}],
}
ANOTHER = INTERVIEW | {"external": [{"system": "dovetail", "id": "n-78"}]}
SURVEY = {
    "portfolio": "energy",
    "kind": "survey",
    "held_at": "2026-11-05T12:00:00Z",
    "customer": "acme",
    "conducted_by": "third_party",
    "summary": "Of 212 firms that answered, 71 per cent agree that tariffs change too often.",
    "consent": "notes",
}


@router.post(
    "",
    status_code=201,
    response_model=Conversation,
    summary="Record a conversation",
    responses=write_errors("external-taken", wrong=NOT_YET_HELD),
    openapi_extra=examples(
        choice("interview: counts, once it is cited", **INTERVIEW),
        choice("survey: is stored, and says that it does not count and why", **SURVEY),
    ),
)
async def record_conversation(body: ConversationIn, call: Creating) -> Response:
    """One live talk with a customer, summarised.

    Surveys, reports and opinions are stored too, and say that they do not count and why.
    """
    shown = await call.write(conversations.record_conversation, body)
    document = orjson.dumps(shown, default=vars, option=orjson.OPT_UTC_Z)
    return made(document, f"/v1/conversations/{shown['id']}", etag(shown["revision"], shown["digest"]))


@router.post(
    "/bulk",
    summary="Record many conversations",
    responses=write_errors(wrong=missing("mode")),
    openapi_extra=examples(
        choice("each: a result or a problem for each of two", mode="each", conversations=[ANOTHER, SURVEY]),
        choice("all: refused whole if one cannot be recorded", mode="all", conversations=[ANOTHER]),
    ),
)
async def record_conversations(body: ConversationsIn, call: Creating) -> Bulk:
    """Up to 1,000 conversations of one portfolio, in a body of up to 8 MiB. Answers come in their order.

    Send an Idempotency-Key: when the answer is lost, the same request with it goes on where it was.
    """
    bulk.require_one_portfolio(body.conversations)
    items: list[BulkItem] = []
    if body.mode == "all":
        items = await call.write_in_own_transactions(bulk.record_all, body.conversations)
    else:
        for first in range(0, len(body.conversations), BATCH):
            some = body.conversations[first : first + BATCH]
            items += await call.write_in_own_transactions(bulk.record_each, some, first)
    problems = sum(each.problem is not None for each in items)
    return Bulk(recorded=len(items) - problems, problems=problems, items=items)


@router.get("", summary="List conversations", responses=list_errors())
async def list_conversations(
    page: Paging,
    call: Reading,
    portfolio: InPortfolio = None,
    customer: Annotated[str | None, Query(description="Only this customer's.")] = None,
) -> Page[Conversation]:
    """Conversations in the order of recording, page by page."""
    return call.link(
        await call.read_page(conversations.list_conversations, call.caller, page, portfolio, customer)
    )


@router.get(
    "/by-external/{system}/{id:path}",
    summary="Read a conversation by its id elsewhere",
    responses=errors(wrong=NO_SUCH_PARAMETER, of="conversation"),
)
async def get_conversation_by_external(
    system: System, id: IdElsewhere, call: Reading, portfolio: OfPortfolio = None
) -> Conversation:
    """One conversation by its id in another system; the ETag is for If-Match."""
    use = conversation_sync.get_conversation_by_external
    return call.tag(await call.read(use, call.caller, system, id, portfolio))


@router.put(
    "/by-external/{system}/{id:path}",
    status_code=201,
    summary="Record or revise a conversation by its id elsewhere",
    responses=put_responses(
        Conversation, "external-taken", "already-withdrawn", wrong=missing("summary"), of="conversation"
    ),
    openapi_extra=example(
        portfolio="harbour",
        kind="customer_call",
        held_at="2026-11-04T13:00:00Z",
        duration_minutes=25,
        customer="kestrel",
        participants=[{"ref": "p1", "role": "port captain", "colleague": False}],
        attendees=["callum"],
        conducted_by="own_team",
        solution_shown=False,
        summary="They moor where they always moor, and ring the next port only when a crew is ill.",
        consent="notes",
    ),
)
async def put_conversation_by_external(
    system: System, id: NewIdElsewhere, body: ConversationSync, call: Syncing
) -> Conversation:
    """The whole conversation as another system has it: recorded, revised, or left as it is.

    Repeating it changes nothing. The id in the address is added to `external`. Consent is only ever taken
    back by it: more is given with `POST .../consent`, which says how we know.
    """
    put, is_new = await call.write(conversation_sync.put_conversation_by_external, system, id, body)
    return call.put(put, f"/v1/conversations/{put.id}", is_new=is_new)


@router.get("/{conversation}", summary="Read a conversation", responses=errors(of="conversation"))
async def get_conversation(conversation: Id, call: Reading) -> Conversation:
    """Its latest revision; the ETag is for If-Match."""
    return call.tag(await call.read(conversations.get_conversation, call.caller, conversation))


@router.post(
    "/{conversation}/revisions",
    status_code=201,
    summary="Revise a conversation",
    responses=change_errors(
        "already-withdrawn",
        "conversation-erased",
        "external-taken",
        wrong=missing("reason"),
        of="conversation",
    ),
    openapi_extra=example(reason="The telephone's own log says 40 minutes.", duration_minutes=40),
)
async def revise_conversation(conversation: ToRevise, body: RevisionIn, call: Changing) -> Conversation:
    """Correct what is given, with a reason. Earlier revisions stay readable."""
    revised = await call.write(conversations.revise_conversation, conversation, body)
    return call.tag(revised, f"/v1/conversations/{conversation}")


@router.get("/{conversation}/revisions", summary="List revisions", responses=errors(of="conversation"))
async def list_revisions(conversation: ToRevise, call: Reading) -> Page[Conversation]:
    """Every revision, the first one first."""
    revisions = await call.read(conversations.list_revisions, call.caller, conversation)
    return Page(items=list(revisions), next=None)


@router.post(
    "/{conversation}/consent",
    summary="Change the consent",
    responses=change_errors("conversation-erased", wrong=missing("consent"), of="conversation"),
    openapi_extra=example(consent="notes", reason="They would rather not be quoted, they wrote."),
)
async def change_consent(conversation: ToAsk, body: ConsentIn, call: Changing) -> Conversation:
    """What the customer allows from now on. Less is withheld, and counts no longer, at once.

    It is a revision, with its reason. Words stay stored; to remove them, erase the customer.
    """
    return call.tag(await call.write(conversations.change_consent, conversation, body))


@router.post(
    "/{conversation}/withdraw",
    summary="Withdraw a conversation",
    responses=write_errors(
        "already-withdrawn", "conversation-erased", wrong=missing("reason"), of="conversation"
    ),
    openapi_extra=example(reason="The proper notes never came."),
)
async def withdraw_conversation(conversation: ToWithdraw, body: WithdrawIn, call: Creating) -> Conversation:
    """It counts for nothing from now on. What it contradicted still wants an answer."""
    return call.tag(await call.write(conversations.withdraw_conversation, conversation, body))
