"""Routes of citations."""

from typing import Annotated

from fastapi import APIRouter, Query

from schemas.bulk import BulkCitations, CitationsIn
from schemas.citation import AnswerIn, Citation, CitationIn, ConfirmIn
from schemas.conversation import WithdrawIn
from schemas.page import Page
from schemas.problem import Problem
from service.api.call import Creating, Reading
from service.api.contract.problem_examples import errors, list_errors, missing, write_errors
from service.api.examples import choice, example, examples, path
from service.api.guards import GuardedRoute
from service.api.parameters import ConceptKey, Paging
from service.domain.rules.citable import unknown_conversation
from service.usecases.errors import refused_by
from service.usecases.evidence import bulk_citations, citations, ways_out

router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts/{concept}/citations", tags=["Citations"])
BATCH = 25
"""Citations in one transaction: how long another writer waits."""
ID = "The id that citing answered; the list and every verdict have them too."
TOO_OLD = ("cit_000400-swap-01-problem", "swap-01, for the problem: too old to count")
CONTRADICTION = ("cit_001445-swap-10-vision_fit", "swap-10, against the vision: yours to answer")
SURVEY = ("cit_001170-swap-03-problem", "swap-03, for the problem: a survey")
Id = Annotated[str, path(ID, TOO_OLD, CONTRADICTION, SURVEY)]
ToAnswer = Annotated[str, path(ID, CONTRADICTION)]
ToWithdraw = Annotated[str, path(ID, SURVEY)]
NO_CONVERSATION = refused_by(unknown_conversation("body.conversation"))

SWAP_10 = {
    "conversation": "cnv_001436-swap-10",
    "decision": "problem",
    "stance": "supports",
    "shaped": {
        "effect": "changed",
        "from": "Neighbouring harbours do not know each other.",
        "to": "They know each other, and nobody between them whom both would trust.",
        "note": "Five more boats sent away; he would trust the lifeboat station.",
    },
    "excerpt": "two skippers told him later that the next port had lain empty",
}


@router.post(
    "",
    status_code=201,
    summary="Justify a decision",
    responses=write_errors(
        "conversation-erased", "conversation-withdrawn", "already-cited", wrong=NO_CONVERSATION, of="concept"
    ),
    openapi_extra=examples(
        choice("swap-10: for the problem of berth-swap", **SWAP_10),
        choice(
            "Your own: for the problem of tariff-radar",
            conversation="put the id here that recording the conversation answered",
            decision="problem",
            stance="supports",
            shaped={
                "effect": "changed",
                "from": "Small firms pay too much",
                "to": "Small firms find out about tariff changes too late",
                "note": "The price was known; the moment was not.",
            },
            excerpt="I find out when it hurts.",
        ),
    ),
)
async def cite(concept: ConceptKey, body: CitationIn, call: Creating) -> Citation:
    """Tie one conversation to a decision as it is stated now, and say how it shaped it.

    What does not count is stored too, and says why.
    """
    made = await call.write(citations.cite, concept, body)
    call.response.headers["Location"] = f"/v1/concepts/{concept}/citations/{made.id}"
    return made


@router.post(
    "/bulk",
    summary="Justify decisions by many conversations",
    responses=write_errors(wrong=missing("mode"), of="concept"),
    openapi_extra=examples(
        choice(
            "each: one that is cited, and one that cannot be",
            mode="each",
            citations=[
                {**SWAP_10, "stance": "neutral"},
                {"conversation": "cnv_unheard-of", "decision": "problem", "stance": "supports"},
            ],
        ),
        choice("all: refused whole if one cannot be cited", mode="all", citations=[SWAP_10]),
    ),
)
async def cite_many(concept: ConceptKey, body: CitationsIn, call: Creating) -> BulkCitations:
    """Up to 1,000 citations for one concept, in a body of up to 8 MiB. Answers come in their order.

    Send an Idempotency-Key: when the answer is lost, the same request with it goes on where it was.
    """
    outcomes: list[str | Problem] = []
    if body.mode == "all":
        outcomes += await call.write_in_own_transactions(bulk_citations.cite_all, concept, body.citations)
    else:
        for first in range(0, len(body.citations), BATCH):
            some = body.citations[first : first + BATCH]
            outcomes += await call.write_in_own_transactions(bulk_citations.cite_each, concept, some, first)
    return await call.read_in_thread(bulk_citations.answered, call.caller, concept, outcomes)


@router.get("", summary="List citations", responses=list_errors(of="concept"))
async def list_citations(
    concept: ConceptKey,
    page: Paging,
    call: Reading,
    decision: Annotated[str | None, Query(description="Only this decision's.")] = None,
) -> Page[Citation]:
    """The concept's citations in the order of recording, each with whether it counts now."""
    return call.link(await call.read_page(citations.list_citations, call.caller, page, concept, decision))


@router.get("/{citation}", summary="Read a citation", responses=errors(of="citation"))
async def get_citation(concept: ConceptKey, citation: Id, call: Reading) -> Citation:
    """One citation, with whether it counts now."""
    return await call.read(citations.get_citation, call.caller, concept, citation)


@router.post(
    "/{citation}/answer",
    summary="Answer a contradiction",
    responses=write_errors("already-answered", "conversation-erased", wrong=missing("answer"), of="citation"),
    openapi_extra=example(
        answer="True of a list that others read. We connect two harbours only when both ask for it, and show"
        " neither of them more than a yes or a no. The vision stands; its words on neighbours will change."
    ),
)
async def answer(concept: ConceptKey, citation: ToAnswer, body: AnswerIn, call: Creating) -> Citation:
    """The decision's owner says why it stands, or how it changed. For the present statement."""
    return await call.write(citations.answer, concept, citation, body)


@router.post(
    "/{citation}/withdraw",
    summary="Withdraw a citation",
    responses=write_errors("already-withdrawn", wrong=missing("reason"), of="citation"),
    openapi_extra=example(
        reason="A survey is not a conversation. We will ring three of these ports instead."
    ),
)
async def withdraw_citation(
    concept: ConceptKey, citation: ToWithdraw, body: WithdrawIn, call: Creating
) -> Citation:
    """It counts no longer. A contradiction stays to be answered."""
    return await call.write(citations.withdraw_citation, concept, citation, body)


@router.post(
    "/{citation}/slip",
    summary="Confirm a slip",
    responses=write_errors(wrong=missing("reason"), of="citation"),
    openapi_extra=example(reason="The wrong button, they say, and cited it right the same afternoon."),
)
async def confirm_slip(concept: ConceptKey, citation: ToAnswer, body: ConfirmIn, call: Creating) -> Citation:
    """A wrong stance, withdrawn within a day: it stands against nothing, and the same talk's support counts.

    By a gatekeeper who had no part in the concept. Earlier votes are outdated.
    """
    return await call.write(ways_out.confirm_slip, concept, citation, body)


@router.post(
    "/{citation}/admit",
    summary="Admit a citation",
    responses=write_errors(wrong=missing("reason"), of="citation"),
    openapi_extra=example(reason="Twelve minutes were enough: he showed the three letters. I rang him."),
)
async def admit(concept: ConceptKey, citation: Id, body: ConfirmIn, call: Creating) -> Citation:
    """Let it count although it is TOO_SHORT, SUMMARY_TOO_THIN, NOT_FIRST_HAND, JOINED_LATER, SOLUTION_SHOWN
    or NEAR_COPY. By a gatekeeper who had no part in the concept.

    One of each decision at each gate, unless the process says otherwise. Earlier votes are outdated.
    """
    return await call.write(ways_out.admit, concept, citation, body)
