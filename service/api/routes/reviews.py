"""Routes of gate reviews."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from schemas.audit import Envelope
from schemas.page import Page
from schemas.review import Replay, Review, ReviewIn
from service.api.call import Call, Deciding, Reading, made
from service.api.contract.envelopes import ATTESTATION, EnvelopeResponse, shown
from service.api.contract.problem_examples import errors, list_errors, write_errors
from service.api.examples import BERTH_SWAP, WILL_IT_SAIL, choice, examples, path
from service.api.fast.verdict_bytes import with_html_url
from service.api.guards import GuardedRoute
from service.api.parameters import ConceptKey, Paging
from service.api.permissions import require_override
from service.api.routes.readiness import NO_GATE, not_ready
from service.usecases.errors import refused_by
from service.usecases.gates import attestations, replay, reviews

router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts/{concept}/reviews", tags=["Reviews"])
Id = Annotated[
    str,
    path(
        "The id that deciding answered; the list has them too.",
        ("rev_000660-will-it-sail-G1", "The go for will-it-sail at G1"),
    ),
]
Reviewed = Annotated[str, path("The concept's key.", WILL_IT_SAIL, BERTH_SWAP)]


@router.post(
    "",
    status_code=201,
    response_model=Review,
    summary="Decide a gate",
    responses=write_errors(
        "gate-not-ready",
        "gate-not-next",
        "concept-killed",
        "concept-not-killed",
        "reopening-needs-conversation",
        "all-gates-passed",
        "conversation-erased",
        "conversation-withdrawn",
        "precondition-failed",
        wrong=NO_GATE,
        of="concept",
    ),
    openapi_extra=examples(
        choice(
            "go: at berth-swap, refused with 409 and the verdict",
            gate="G1",
            outcome="go",
            rationale="The boat show opens in May; we cannot wait.",
        ),
        choice(
            "go, earned: at will-it-sail, 201",
            gate="G2",
            outcome="go",
            rationale="Twelve talks, and the two that disagree answered.",
        ),
        choice(
            "hold: stay, and decide later", gate="G1", outcome="hold", rationale="Two more harbours first."
        ),
        choice(
            "recycle: back to this gate or an earlier one",
            gate="G1",
            outcome="recycle",
            rationale="Listen again, this time to strangers.",
        ),
        choice(
            "kill: close it, and say which conversations that rests on",
            gate="G1",
            outcome="kill",
            rationale="Nobody but us wants the harbours connected.",
            conversations=["cnv_000386-swap-01"],
        ),
        choice(
            "reopen: what was killed, at its stage before; nobody was heard since, so an admin overrides",
            outcome="reopen",
            rationale="We had asked the wrong harbours.",
            override={"reason": "Killed by mistake: another concept was meant."},
        ),
        choice(
            "reopen, earned: at fog-bell, by a talk that was held since the kill",
            outcome="reopen",
            rationale="Whoever waits on a pier at six has no telephone in hand.",
            conversations=["cnv_001207-fog-02"],
        ),
    ),
)
async def decide(concept: ConceptKey, body: ReviewIn, call: Deciding) -> Response:
    """go, hold, recycle, kill or reopen. A go passes only if the gate is ready at this instant.

    A go that is not earned answers 409 with the whole verdict, and the attempt is recorded; so does one at
    a gate that others come before, or of a killed concept. A process in mode `observe` lets it pass, one in
    mode `warn` if the review says `acknowledged`; the frozen verdict says what would have blocked,
    `enforced` is false, and nothing is attested.

    Reopening names a conversation that was held since the kill and counts, or an admin says `override`.
    """
    if body.override is not None:
        require_override(call.holder)
    review, objection = await call.write(reviews.decide, concept, body)
    call.request.app.state.metrics.count_review(review)
    review = _shown(review, call)
    if objection is not None:
        raise refused_by(objection, readiness=review.readiness)
    if not review.accepted:
        raise not_ready(review.readiness, warned=not review.enforced)
    return made(review.model_dump_json().encode(), f"/v1/concepts/{concept}/reviews/{review.id}")


@router.get("", summary="List reviews", responses=list_errors(of="concept"))
async def list_reviews(
    concept: ConceptKey,
    page: Paging,
    call: Reading,
    accepted: Annotated[
        bool | None, Query(description="true: decided only; false: refused attempts only.")
    ] = None,
) -> Page[Review]:
    """Reviews and refused attempts, in order, each with its frozen verdict."""
    reviews_page = await call.read_page(reviews.list_reviews, call.caller, page, concept, accepted=accepted)
    items = [_shown(review, call) for review in reviews_page.items]
    return call.link(reviews_page.model_copy(update={"items": items}))


@router.get("/{review}", summary="Read a review", responses=errors(of="review"))
async def get_review(concept: Reviewed, review: Id, call: Reading) -> Review:
    """One review or refused attempt, with the verdict as it was."""
    return _shown(await call.read(reviews.get_review, call.caller, concept, review), call)


@router.get("/{review}/replay", summary="Replay a review", responses=errors(of="review"))
async def replay_review(concept: Reviewed, review: Id, call: Reading) -> Replay:
    """Works the frozen verdict out again from the log, and says whether it is identical.

    If it is not, `difference` is the JSON pointer of the first place that differs: the document, or the
    events that it rests on, are not as they were recorded. `/v1/audit/verify` says which.
    """
    return await call.read_page(replay.replay, call.caller, concept, review)


@router.get(
    "/{review}/attestation",
    summary="Read a go's attestation",
    response_class=EnvelopeResponse,
    response_model=Envelope,
    responses={**shown(ATTESTATION), **errors(of="attestation")},
)
async def get_attestation(concept: Reviewed, review: Id, call: Reading) -> EnvelopeResponse:
    """The signed statement that this gate was passed: in-toto Statement v1 in a DSSE envelope.

    Only a go that was accepted has one. `/v1/audit/keys` has the key that its `keyid` names.
    """
    return EnvelopeResponse(await call.read(attestations.get_attestation, call.caller, concept, review))


def _shown(review: Review, call: Call) -> Review:
    """Returns the review with the address at which people find its verdict."""
    return review.model_copy(update={"readiness": with_html_url(review.readiness, call.base_url)})
