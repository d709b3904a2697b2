"""Routes of decisions and of signed notes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from schemas.concept import (
    Decision,
    DecisionIn,
    DecisionVersion,
    DisconfirmationIn,
    DisconfirmationNote,
)
from schemas.page import Page
from service.api.call import Changing, Creating, Reading
from service.api.contract import ConceptKey, errors, example, link_next, tag, wanted
from service.usecases import decisions
from service.usecases.paging import Wanted

router = APIRouter(prefix="/v1/concepts/{concept}", tags=["6 Decisions"])
Key = Annotated[str, Path(description="The decision's key.", examples=["problem"])]


@router.put(
    "/decisions/{decision}",
    status_code=201,
    summary="State or restate a decision",
    responses={
        200: {"model": Decision, "description": "Restated, or said again as it was."},
        **errors("not-found", "precondition-failed", "precondition-required"),
    },
    openapi_extra=example(
        statement="Harbour masters lose half a morning to swapping berths by telephone",
        owner="admin",
        alternatives=[{"statement": "Boats are late because of the tide", "why_not": "They plan for tides"}],
    ),
)
async def state_decision(
    concept: ConceptKey, decision: Key, body: DecisionIn, call: Changing, response: Response
) -> Decision:
    """What the concept rests on, in one sentence. Restating needs If-Match.

    When the statement changes, support for the earlier one no longer counts; contradictions stay.
    """
    stated, is_new = await call.write(decisions.state_decision, concept, decision, body)
    response.status_code = 201 if is_new else 200
    tag(response, stated.revision, f"/v1/concepts/{concept}/decisions/{decision}")
    return stated


@router.get("/decisions", summary="List decisions", responses=errors("not-found"))
async def list_decisions(concept: ConceptKey, call: Reading) -> Page[Decision]:
    """The concept's decisions as they stand, by key."""
    found = await call.read(decisions.list_decisions, concept)
    return Page(items=list(found), next=None)


@router.get("/decisions/{decision}", summary="Read a decision", responses=errors("not-found"))
async def get_decision(concept: ConceptKey, decision: Key, call: Reading, response: Response) -> Decision:
    """One decision as it stands; the ETag is for If-Match."""
    found = await call.read(decisions.get_decision, concept, decision)
    tag(response, found.revision)
    return found


@router.get(
    "/decisions/{decision}/versions",
    summary="List a decision's wordings",
    responses=errors("not-found"),
)
async def list_decision_versions(concept: ConceptKey, decision: Key, call: Reading) -> Page[DecisionVersion]:
    """Every wording it had, the first one first."""
    found = await call.read(decisions.list_decision_versions, concept, decision)
    return Page(items=list(found), next=None)


@router.post(
    "/disconfirmation-notes",
    status_code=201,
    summary="Sign that nothing spoke against it",
    responses=errors("not-found"),
    openapi_extra=example(
        gate="G2", note="Asked the two harbours that dropped us and three strangers; all agreed."
    ),
)
async def sign_disconfirmation_note(
    concept: ConceptKey, body: DisconfirmationIn, call: Creating
) -> DisconfirmationNote:
    """Sought, found none: a note, signed by you, for one gate. It ages as conversations do."""
    return await call.write(decisions.sign_note, concept, body)


@router.get("/disconfirmation-notes", summary="List signed notes", responses=errors("not-found"))
async def list_disconfirmation_notes(
    concept: ConceptKey,
    page: Annotated[Wanted, Depends(wanted)],
    call: Reading,
    request: Request,
    response: Response,
) -> Page[DisconfirmationNote]:
    """The concept's signed notes, the first one first."""
    found = await call.read(decisions.list_notes, page, concept)
    link_next(request, response, found)
    return found
