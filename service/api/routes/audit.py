"""Routes of proof: keys, the signed head, and the log verified."""

from fastapi import APIRouter

from schemas.audit import AuditKeys, EndedLeaps, Envelope, HeadIn, Verification
from schemas.webhook import Nothing
from service.api.call import Asking, Creating, Reading
from service.api.contract.envelopes import HEAD, EnvelopeResponse, shown
from service.api.contract.problem_examples import ask_errors, errors, missing, unknown, write_errors
from service.api.examples import choice, example, examples
from service.api.guards import GuardedRoute
from service.api.parameters import OfChain
from service.usecases.audit import signing
from service.usecases.audit.head import head
from service.usecases.audit.leaps import end_leaps as end
from service.usecases.errors import no_such_portfolio
from service.usecases.verification.verify import verify

router = APIRouter(route_class=GuardedRoute, prefix="/v1/audit", tags=["Audit"])
NO_PORTFOLIO = no_such_portfolio("query.portfolio")


@router.get("/keys", summary="List the signing keys", responses=errors())
async def list_audit_keys(call: Reading) -> AuditKeys:
    """The public halves of the keys that sign attestations and heads, retired ones too.

    A signature names its key by `keyid`. Keep the keys where you keep what they signed.
    """
    return await call.read(signing.list_keys)


@router.get(
    "/head",
    summary="Export the log's head",
    response_class=EnvelopeResponse,
    response_model=Envelope,
    responses={**shown(HEAD), **errors()},
)
async def get_audit_head(call: Reading) -> EnvelopeResponse:
    """How far every chain of the log is at this instant, signed: a DSSE envelope.

    Keep it where the operator of this service cannot reach it. What is cut off or rewritten
    afterwards is found by comparing: POST it to `/v1/audit/verify`.
    """
    signed = await call.read(head, call.context.clock)
    return EnvelopeResponse(signed.model_dump_json())


@router.get("/verify", summary="Verify the log", responses=errors(wrong=NO_PORTFOLIO))
async def verify_audit(call: Reading, portfolio: OfChain = None) -> Verification:
    """Read the log from end to end: is every event what was recorded, in its place, with its words?

    Every review is replayed, and every go that was accepted is to have its attestation. It takes some seconds
    for each hundred thousand events and for each thousand reviews. An end that was cut off with everything
    that speaks of it is found only against a head that was exported before.
    """
    return await call.read_serialised(verify, portfolio)


@router.post(
    "/verify",
    summary="Verify the log against a head",
    responses=ask_errors(wrong=missing("head")),
    openapi_extra=examples(
        choice("a head of another service: HEAD_NOT_SIGNED; paste your own in its place", head=HEAD),
    ),
)
async def verify_audit_against_head(body: HeadIn, call: Asking) -> Verification:
    """The same, and: does every chain still hold what an exported head says? Writes nothing."""
    return await call.read_serialised(verify, heads=[body.head])


@router.post(
    "/leaps/end",
    summary="End the leap of a clock",
    responses=write_errors(wrong=unknown("reason")),
    openapi_extra=example(),
)
async def end_leaps(body: Nothing, call: Creating) -> EndedLeaps:  # noqa: ARG001
    """For a log whose last events a clock dated that was ahead: `/readyz` tells of it.

    From here on instants follow the clock again, though they are earlier; the order stays that of positions.
    What was recorded in the leap counts as recorded now, and verdicts that rest on it say so in `leaps`.
    Frozen reviews, their replays, and what earlier positions and instants were answered with stay as they
    are. Where no clock was ahead nothing is written.
    """
    return EndedLeaps(items=list(await call.write_in_own_transactions(end)))
