"""Routes of conversations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from schemas.conversation import Conversation, ConversationIn, RevisionIn, WithdrawIn
from schemas.page import Page
from service.api.call import Changing, Creating, Reading
from service.api.contract import errors, example, link_next, tag, wanted
from service.usecases import conversations
from service.usecases.paging import Wanted

router = APIRouter(prefix="/v1/conversations", tags=["7 Conversations"])
Id = Annotated[str, Path(description="The id that recording it answered.")]
SUMMARY = (
    "They learn of a new tariff when the invoice is higher, and by then the notice period is over."
    " Twice last year they paid a full quarter too much. They keep a spreadsheet of contracts that"
    " one clerk updates when she has time. Asked what they had tried, they named a broker who went"
    " quiet after signing. They would move within a week if somebody told them in time, and had"
    " the saving worked out in euros, not in per cent."
)


@router.post(
    "",
    status_code=201,
    summary="Record a conversation",
    responses=errors(),
    openapi_extra=example(
        portfolio="energy",
        kind="interview",
        held_at="2026-11-03T09:00:00Z",
        duration_minutes=30,
        customer="acme",
        participants=[{"ref": "p1", "role": "analyst", "colleague": False}],
        attendees=["pm-1"],
        conducted_by="own_team",
        solution_shown=False,
        summary=SUMMARY,
        quotes=[{"text": "I find out when it hurts.", "participant": "p1"}],
        themes=["late news"],
        commitments=[{"kind": "time", "text": "Will sit through a second round in December."}],
        past_spend="Paid a broker 1,200 euros in spring.",
        consent="quote_internally",
        external=[{"system": "dovetail", "id": "n-77"}],
    ),
)
async def record_conversation(body: ConversationIn, call: Creating, response: Response) -> Conversation:
    """One live talk with a customer, summarised.

    Surveys, reports and opinions are stored too, and say that they do not count and why.
    """
    made = await call.write(conversations.record_conversation, body)
    tag(response, made.revision, f"/v1/conversations/{made.id}")
    return made


@router.get("", summary="List conversations", responses=errors())
async def list_conversations(
    page: Annotated[Wanted, Depends(wanted)],
    call: Reading,
    request: Request,
    response: Response,
    portfolio: Annotated[str | None, Query(description="Only this portfolio's.")] = None,
    customer: Annotated[str | None, Query(description="Only this customer's.")] = None,
) -> Page[Conversation]:
    """Conversations in the order of recording, page by page."""
    found = await call.read(conversations.list_conversations, page, portfolio, customer)
    link_next(request, response, found)
    return found


@router.get("/{conversation}", summary="Read a conversation", responses=errors("not-found"))
async def get_conversation(conversation: Id, call: Reading, response: Response) -> Conversation:
    """Its latest revision; the ETag is for If-Match."""
    found = await call.read(conversations.get_conversation, conversation)
    tag(response, found.revision)
    return found


@router.post(
    "/{conversation}/revisions",
    status_code=201,
    summary="Revise a conversation",
    responses=errors("not-found", "already-withdrawn", "precondition-failed", "precondition-required"),
    openapi_extra=example(reason="The clock was wrong by an hour.", duration_minutes=35),
)
async def revise_conversation(
    conversation: Id, body: RevisionIn, call: Changing, response: Response
) -> Conversation:
    """Correct what is given, with a reason. Earlier revisions stay readable."""
    revised = await call.write(conversations.revise_conversation, conversation, body)
    tag(response, revised.revision, f"/v1/conversations/{conversation}")
    return revised


@router.get("/{conversation}/revisions", summary="List revisions", responses=errors("not-found"))
async def list_revisions(conversation: Id, call: Reading) -> Page[Conversation]:
    """Every revision, the first one first."""
    found = await call.read(conversations.list_revisions, conversation)
    return Page(items=list(found), next=None)


@router.post(
    "/{conversation}/withdraw",
    summary="Withdraw a conversation",
    responses=errors("not-found", "already-withdrawn"),
    openapi_extra=example(reason="It turned out to be a colleague's cousin."),
)
async def withdraw_conversation(
    conversation: Id, body: WithdrawIn, call: Creating, response: Response
) -> Conversation:
    """It counts for nothing from now on. What it contradicted still wants an answer."""
    withdrawn = await call.write(conversations.withdraw_conversation, conversation, body)
    tag(response, withdrawn.revision)
    return withdrawn
