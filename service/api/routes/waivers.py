"""Routes of waivers."""

from typing import Annotated

from fastapi import APIRouter

from schemas.page import Page
from schemas.waiver import ApproveIn, RulingIn, Waiver, WaiverIn
from service.api.call import Creating, Reading
from service.api.contract.problem_examples import errors, list_errors, malformed, missing, write_errors
from service.api.examples import example, path
from service.api.guards import GuardedRoute
from service.api.parameters import ConceptKey, Paging
from service.usecases.errors import invalid
from service.usecases.gates import waivers

router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts/{concept}/waivers", tags=["Waivers"])
ID = "The id that requesting answered; the list has it too."
TO_APPROVE = ("wvr_001490-swap-target-customers", "Requested: for customers of the target customer")
TO_REJECT = ("wvr_001491-swap-problem-conversations", "Requested: for conversations on the problem")
TO_REVOKE = ("wvr_001488-swap-target-conversations", "Active: for conversations on the target customer")
Id = Annotated[str, path(ID, TO_REVOKE, TO_APPROVE, TO_REJECT)]
ToApprove = Annotated[str, path(ID, TO_APPROVE)]
ToReject = Annotated[str, path(ID, TO_REJECT)]
ToRevoke = Annotated[str, path(ID, TO_REVOKE)]
NO_CRITERION = invalid(
    "body.criteria.0",
    "the gate asks for no such criterion, or it is one that Gateproof adds",
    "take ids from the blocking list of its verdict",
)


@router.post(
    "",
    status_code=201,
    summary="Request a waiver",
    responses=write_errors(
        "already-waived",
        "debt-open",
        "gate-not-next",
        "concept-killed",
        "all-gates-passed",
        wrong=NO_CRITERION,
        of="concept",
    ),
    openapi_extra=example(
        gate="G1",
        criteria=["g1-problem-customers"],
        reason="The boat show is the one week in the year in which the harbour masters sit together.",
        days=21,
        owed={"evidence": "Two more harbours, at least one that dropped us.", "by": "yuki"},
    ),
)
async def request_waiver(concept: ConceptKey, body: WaiverIn, call: Creating) -> Waiver:
    """Ask for an exception to named criteria of the next gate: against what evidence, by whom and by when.

    Nothing passes until somebody else approves it. A criterion is waived once per gate.
    """
    made = await call.write(waivers.request_waiver, concept, body)
    call.response.headers["Location"] = f"/v1/concepts/{concept}/waivers/{made.id}"
    return made


@router.get("", summary="List waivers", responses=list_errors(of="concept"))
async def list_waivers(concept: ConceptKey, page: Paging, call: Reading) -> Page[Waiver]:
    """The concept's waivers in the order of asking, each as it stands at this instant."""
    return call.link(await call.read(waivers.list_waivers, call.caller, page, concept))


@router.get("/{waiver}", summary="Read a waiver", responses=errors(of="waiver"))
async def get_waiver(concept: ConceptKey, waiver: Id, call: Reading) -> Waiver:
    """One waiver, as it stands at this instant."""
    return await call.read(waivers.get_waiver, call.caller, concept, waiver)


@router.post(
    "/{waiver}/approve",
    summary="Approve a waiver",
    responses=write_errors(
        "waiver-not-open",
        "debt-open",
        "gate-not-next",
        "concept-killed",
        wrong=malformed("body.note", "input should be a valid string"),
        of="waiver",
    ),
    openapi_extra=example(note="Fair, once. Take me along to the third master."),
)
async def approve_waiver(concept: ConceptKey, waiver: ToApprove, body: ApproveIn, call: Creating) -> Waiver:
    """From this instant on it holds, and its days run. Whoever asked for it or owes its evidence cannot
    approve it, nor can the concept's team, nor whoever had a part in what the gate rests on."""
    return await call.write(waivers.rule_on_waiver, concept, waiver, "approved", body.note)


@router.post(
    "/{waiver}/reject",
    summary="Reject a waiver",
    responses=write_errors("waiver-not-open", wrong=missing("reason"), of="waiver"),
    openapi_extra=example(reason="If all of us know it, three customers can say it."),
)
async def reject_waiver(concept: ConceptKey, waiver: ToReject, body: RulingIn, call: Creating) -> Waiver:
    """It is not given. The same may be asked for again. Whoever asked for it has no say."""
    return await call.write(waivers.rule_on_waiver, concept, waiver, "rejected", body.reason)


@router.post(
    "/{waiver}/revoke",
    summary="Revoke a waiver",
    responses=write_errors("waiver-not-active", wrong=missing("reason"), of="waiver"),
    openapi_extra=example(reason="The storms are over and the masters are back."),
)
async def revoke_waiver(concept: ConceptKey, waiver: ToRevoke, body: RulingIn, call: Creating) -> Waiver:
    """It holds no longer, at once and for good. What a gate was passed with is owed all the same."""
    return await call.write(waivers.rule_on_waiver, concept, waiver, "revoked", body.reason)
