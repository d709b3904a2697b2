"""Routes of what became of decisions after the launch."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from schemas.outcome import Outcome, OutcomeIn, OutcomePage
from schemas.outcome_report import OutcomeReport, WaiverReport
from service.api.call import Reading, Stating
from service.api.contract.problem_examples import change_errors, errors, list_errors
from service.api.examples import HONESTY_BOX, TIDE_NOTE, choice, examples, path
from service.api.guards import GuardedRoute
from service.api.parameters import MAX_INTEGER, Paging
from service.domain.rules.citable import unknown_conversation
from service.usecases.errors import refused_by
from service.usecases.launches import outcome_report, outcomes
from service.usecases.launches.outcome_report import PassFilters

router = APIRouter(route_class=GuardedRoute, prefix="/v1", tags=["Outcomes"])
ADDRESS = "/concepts/{concept}/decisions/{decision}/outcome"
Launched = Annotated[str, path("The key of a launched concept.", TIDE_NOTE, HONESTY_BOX)]
SOLUTION = ("solution", "solution: no verdict yet")
PRICE = ("price", "price: passed under a waiver, and did not hold")
PROBLEM = ("problem", "problem: held")
HEARD_SINCE = "cnv_001250-tide-05"
NO_CONVERSATION = refused_by(unknown_conversation("body.evidence.0"))


@router.put(
    ADDRESS,
    status_code=201,
    summary="Say what became of a decision",
    responses={
        200: {"model": Outcome, "description": "A later verdict: it takes the place of the one before."},
        **change_errors("not-launched", "concept-killed", wrong=NO_CONVERSATION, of="decision"),
    },
    openapi_extra=examples(
        choice(
            "held: and worth doing elsewhere",
            verdict="held",
            learning="generalise",
            rationale="They still read it every morning, and nobody asked for an app.",
            evidence=[HEARD_SINCE],
        ),
        choice(
            "did_not_hold: and to be left behind",
            verdict="did_not_hold",
            learning="leave_behind",
            rationale="By autumn the message was one of many, and went unread.",
            evidence=[HEARD_SINCE],
        ),
        choice(
            "held, no more: what is made of it is said later",
            verdict="held",
            rationale="So far; whether it is the message or the hour is open.",
            evidence=[HEARD_SINCE],
        ),
    ),
)
async def record_outcome(
    concept: Launched,
    decision: Annotated[str, path("The key of a decision that was launched.", SOLUTION, PRICE, PROBLEM)],
    body: OutcomeIn,
    call: Stating,
) -> Outcome:
    """Whether the decision, as launched, held; and what is made of that. A later verdict needs If-Match.

    The evidence is conversations held since the launch that the concept's process would count, with
    somebody of the team, whatever was shown in them. Readiness is not affected.
    """
    recorded, is_first = await call.write(outcomes.record_outcome, concept, decision, body)
    call.response.status_code = 201 if is_first else 200
    return call.tag(recorded, f"/v1/concepts/{concept}/decisions/{decision}/outcome")


@router.get(ADDRESS, summary="Read what became of a decision", responses=errors(of="outcome"))
async def get_outcome(
    concept: Annotated[str, path("The key of a launched concept.", TIDE_NOTE)],
    decision: Annotated[str, path("The key of a decision with a verdict.", PRICE, PROBLEM)],
    call: Reading,
) -> Outcome:
    """The verdict that stands; the ETag is for If-Match."""
    return call.tag(await call.read(outcomes.get_outcome, call.caller, concept, decision))


@router.get(
    "/concepts/{concept}/outcomes",
    summary="List what became of decisions",
    responses=list_errors(of="concept"),
)
async def list_outcomes(
    concept: Launched,
    page: Paging,
    call: Reading,
    decision: Annotated[str | None, Query(description="Only verdicts on this decision.")] = None,
) -> OutcomePage:
    """Every verdict given on the concept's decisions, in order; and which have none since the launch."""
    return call.link(await call.read(outcomes.list_outcomes, call.caller, page, concept, decision))


async def chosen(
    portfolio: Annotated[str | None, Query(description="Only this portfolio's concepts.")] = None,
    process: Annotated[str | None, Query(description="Only passes that this process judged.")] = None,
    process_version: Annotated[
        int | None, Query(ge=1, le=MAX_INTEGER, description="Only passes that this version judged.")
    ] = None,
    gate: Annotated[str | None, Query(description="Only passes of gates with this key.")] = None,
) -> PassFilters:
    """Which passes are compared."""
    return PassFilters(portfolio, process, process_version, gate)


@router.get("/reports/outcomes", summary="Which criteria told?", responses=list_errors())
async def compare_criteria(
    page: Paging, which: Annotated[PassFilters, Depends(chosen)], call: Reading
) -> OutcomeReport:
    """Per criterion: passes that held beside passes that did not, by how the criterion stood at the pass.

    A pass is the last go at a gate on the way to a launch. A decision's criterion goes by that decision, a
    gate's by all of the gate's decisions. Counts, and no percentages: where they are small, they say little.
    Each page goes through all launched concepts.
    """
    return call.link(await call.read_serialised(outcome_report.compare_criteria, call.caller, which, page))


@router.get("/reports/outcomes/waivers", summary="Which waivers held?", responses=list_errors())
async def compare_waivers(
    page: Paging, which: Annotated[PassFilters, Depends(chosen)], call: Reading
) -> WaiverReport:
    """Per waiver that let a pass through on the way to a launch: what it waived, and what became of that."""
    return call.link(await call.read_serialised(outcome_report.compare_waivers, call.caller, which, page))
