"""Routes of decisions and of signed notes."""

from typing import Annotated

from fastapi import APIRouter

from schemas.citation import ConfirmIn
from schemas.concept import (
    Decision,
    DecisionIn,
    DecisionVersion,
    DisconfirmationIn,
    DisconfirmationNote,
)
from schemas.page import Page
from service.api.call import Creating, Reading, Stating
from service.api.contract.problem_examples import change_errors, errors, list_errors, missing, write_errors
from service.api.examples import choice, example, examples, path
from service.api.guards import GuardedRoute
from service.api.parameters import ConceptKey, Paging
from service.usecases.concepts import decisions
from service.usecases.errors import invalid

router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts/{concept}", tags=["Decisions"])
PROBLEM = ("problem", "problem: asked for from the first gate on")
TARGET_CUSTOMER = ("target_customer", "target_customer: asked for from the first gate on")
VALUE_PROPOSITION = ("value_proposition", "value_proposition: asked for at G2, not stated yet")
Key = Annotated[str, path("The decision's key.", PROBLEM, TARGET_CUSTOMER)]
NewKey = Annotated[
    str,
    path(
        "The decision's key: one that the concept's process asks for.",
        VALUE_PROPOSITION,
        PROBLEM,
        TARGET_CUSTOMER,
    ),
]
NOT_ASKED = invalid(
    "path.decision",
    "the process starter does not ask for this decision",
    "one of problem, value_proposition, solution, price",
)
NO_GATE = invalid("body.gate", "must be a gate of the concept's process", "one of S1, S2, S3")


@router.put(
    "/decisions/{decision}",
    status_code=201,
    summary="State or restate a decision",
    responses={
        200: {"model": Decision, "description": "Restated, or said again as it was."},
        **change_errors(wrong=NOT_ASKED, of="concept"),
    },
    openapi_extra=examples(
        choice(
            "value_proposition: of berth-swap",
            statement="One call to any harbour gets a vessel a berth at whichever neighbour has one",
            owner="admin",
            alternatives=[
                {
                    "statement": "A map of free berths for skippers",
                    "why_not": "Harbours would have to show the map to their councils",
                }
            ],
        ),
        choice(
            "problem: of tariff-radar, your own concept",
            statement="Small firms find out about tariff changes too late",
            owner="pm-1",
        ),
    ),
)
async def state_decision(concept: ConceptKey, decision: NewKey, body: DecisionIn, call: Stating) -> Decision:
    """What the concept rests on, in one sentence. Restating needs If-Match.

    When the statement changes, support for the earlier one no longer counts; contradictions stay.
    """
    stated, is_new = await call.write(decisions.state_decision, concept, decision, body)
    call.response.status_code = 201 if is_new else 200
    return call.tag(stated, f"/v1/concepts/{concept}/decisions/{decision}")


@router.get("/decisions", summary="List decisions", responses=errors(of="concept"))
async def list_decisions(concept: ConceptKey, call: Reading) -> Page[Decision]:
    """The concept's decisions as they stand, by key."""
    current = await call.read(decisions.list_decisions, call.caller, concept)
    return Page(items=list(current), next=None)


@router.get("/decisions/{decision}", summary="Read a decision", responses=errors(of="decision"))
async def get_decision(concept: ConceptKey, decision: Key, call: Reading) -> Decision:
    """One decision as it stands; the ETag is for If-Match."""
    return call.tag(await call.read(decisions.get_decision, call.caller, concept, decision))


@router.get(
    "/decisions/{decision}/versions", summary="List a decision's wordings", responses=errors(of="decision")
)
async def list_decision_versions(concept: ConceptKey, decision: Key, call: Reading) -> Page[DecisionVersion]:
    """Every wording it had, the first one first."""
    versions = await call.read(decisions.list_decision_versions, call.caller, concept, decision)
    return Page(items=list(versions), next=None)


@router.post(
    "/decisions/{decision}/wording",
    summary="Confirm another wording",
    responses=write_errors(wrong=missing("reason"), of="decision"),
    openapi_extra=example(reason="A letter was missing. It says what it said."),
)
async def confirm_wording(concept: ConceptKey, decision: Key, body: ConfirmIn, call: Creating) -> Decision:
    """A decision that was restated with `wording_only`: what rested on the wording before rests on this one.

    By a gatekeeper who had no part in the concept. Both wordings stay readable.
    """
    return await call.write(decisions.confirm_wording, concept, decision, body)


@router.post(
    "/disconfirmation-notes",
    status_code=201,
    summary="Sign that nothing spoke against it",
    responses=write_errors(wrong=NO_GATE, of="concept"),
    openapi_extra=example(
        gate="G2", note="Asked the two harbours that dropped us and three strangers; all agreed."
    ),
)
async def sign_disconfirmation_note(
    concept: ConceptKey, body: DisconfirmationIn, call: Creating
) -> DisconfirmationNote:
    """Sought, found none: a note, signed by you, for one gate. It ages as conversations do."""
    return await call.write(decisions.sign_note, concept, body)


@router.get("/disconfirmation-notes", summary="List signed notes", responses=list_errors(of="concept"))
async def list_disconfirmation_notes(
    concept: ConceptKey, page: Paging, call: Reading
) -> Page[DisconfirmationNote]:
    """The concept's signed notes, the first one first."""
    return call.link(await call.read(decisions.list_notes, call.caller, page, concept))
