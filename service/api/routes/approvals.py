"""Routes of approvals."""

from typing import Annotated

from fastapi import APIRouter

from schemas.approval import Approval, ApprovalIn
from schemas.page import Page
from service.api.call import Creating, Reading
from service.api.contract.problem_examples import list_errors, missing, write_errors
from service.api.examples import BERTH_SWAP, HONESTY_BOX, WILL_IT_SAIL, example, path
from service.api.guards import GuardedRoute
from service.api.parameters import Paging
from service.usecases.gates import approvals

router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts/{concept}/approvals", tags=["Approvals"])
VotedOn = Annotated[str, path("The concept's key.", WILL_IT_SAIL, BERTH_SWAP, HONESTY_BOX)]


@router.post(
    "",
    status_code=201,
    summary="Say go or no-go",
    responses=write_errors(
        "already-approved",
        "changed-since",
        "nothing-to-approve",
        "gate-not-next",
        "concept-killed",
        "all-gates-passed",
        wrong=missing("reason"),
        of="concept",
    ),
    openapi_extra=example(
        gate="G2", vote="go", reason="Twelve operators, two of them against, and both were answered."
    ),
)
async def give_approval(concept: VotedOn, body: ApprovalIn, call: Creating) -> Approval:
    """Your word on the next gate, bound to what you saw: name the `position` and the
    `input_digest` of the verdict that you read.

    A go is accepted only where what you saw met everything but the approvals. Whoever stated, owns, recorded,
    revised, cited or answered what the gate rests on has no vote. A restatement, a new contradiction or
    waiver, evidence revised, withdrawn or erased, a hold, recycle or kill outdate it for good.
    """
    return await call.write(approvals.give_approval, concept, body)


@router.get("", summary="List approvals", responses=list_errors(of="concept"))
async def list_approvals(concept: VotedOn, page: Paging, call: Reading) -> Page[Approval]:
    """What gatekeepers said of the concept's gates, in order; what is outdated shows, and does not count."""
    return call.link(await call.read(approvals.list_approvals, call.caller, page, concept))
