"""Routes of citations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from schemas.citation import AnswerIn, Citation, CitationIn
from schemas.conversation import WithdrawIn
from schemas.page import Page
from service.api.call import Creating, Reading
from service.api.contract import ConceptKey, errors, example, link_next, wanted
from service.usecases import citations
from service.usecases.paging import Wanted

router = APIRouter(prefix="/v1/concepts/{concept}/citations", tags=["8 Citations"])
Id = Annotated[str, Path(description="The id that citing answered.")]


@router.post(
    "",
    status_code=201,
    summary="Justify a decision",
    responses=errors("not-found", "conversation-withdrawn", "already-cited"),
    openapi_extra=example(
        conversation="the id that recording the conversation answered",
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
)
async def cite(concept: ConceptKey, body: CitationIn, call: Creating, response: Response) -> Citation:
    """Tie one conversation to a decision as it is stated now, and say how it shaped it.

    What does not count is stored too, and says why.
    """
    made = await call.write(citations.cite, concept, body)
    response.headers["Location"] = f"/v1/concepts/{concept}/citations/{made.id}"
    return made


@router.get("", summary="List citations", responses=errors("not-found"))
async def list_citations(
    concept: ConceptKey,
    page: Annotated[Wanted, Depends(wanted)],
    call: Reading,
    request: Request,
    response: Response,
    decision: Annotated[str | None, Query(description="Only this decision's.")] = None,
) -> Page[Citation]:
    """The concept's citations in the order of recording, each with whether it counts now."""
    clock = call.rooms.clock
    found = await call.read(citations.list_citations, clock, page, concept, decision)
    link_next(request, response, found)
    return found


@router.get("/{citation}", summary="Read a citation", responses=errors("not-found"))
async def get_citation(concept: ConceptKey, citation: Id, call: Reading) -> Citation:
    """One citation, with whether it counts now."""
    return await call.read(citations.get_citation, call.rooms.clock, concept, citation)


@router.post(
    "/{citation}/answer",
    summary="Answer a contradiction",
    responses=errors("forbidden", "not-found", "already-answered"),
    openapi_extra=example(
        answer="Right for large harbours, which have a scheduler; we build for those without one."
    ),
)
async def answer(concept: ConceptKey, citation: Id, body: AnswerIn, call: Creating) -> Citation:
    """The decision's owner says why it stands, or how it changed. For the present statement."""
    return await call.write(citations.answer, concept, citation, body)


@router.post(
    "/{citation}/withdraw",
    summary="Withdraw a citation",
    responses=errors("not-found", "already-withdrawn"),
    openapi_extra=example(reason="Cited for the wrong decision."),
)
async def withdraw_citation(concept: ConceptKey, citation: Id, body: WithdrawIn, call: Creating) -> Citation:
    """It counts no longer. A contradiction stays to be answered."""
    return await call.write(citations.withdraw_citation, concept, citation, body)
