"""Routes of gate reviews."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from schemas.page import Page
from schemas.review import Review, ReviewIn
from service.api.call import Creating, Reading
from service.api.contract import ConceptKey, errors, example, link_next, wanted
from service.api.routes.readiness import linked, not_ready
from service.usecases import reviews
from service.usecases.paging import Wanted

router = APIRouter(prefix="/v1/concepts/{concept}/reviews", tags=["10 Reviews"])
Id = Annotated[str, Path(description="The id that deciding answered.")]


@router.post(
    "",
    status_code=201,
    summary="Decide a gate",
    responses=errors(
        "not-found",
        "all-gates-passed",
        "concept-killed",
        "concept-not-killed",
        "gate-not-next",
        "gate-not-ready",
        "precondition-failed",
    ),
    openapi_extra=example(gate="G1", outcome="go", rationale="Three harbours told us the same story."),
)
async def decide(
    concept: ConceptKey,
    body: ReviewIn,
    call: Creating,
    response: Response,
    if_match: Annotated[  # noqa: ARG001 - read with the call
        str | None, Header(description="Decide only what you have seen: the concept's ETag.")
    ] = None,
) -> Review:
    """go, hold, recycle, kill or reopen. A go passes only if the gate is ready at this instant.

    A go that is not earned answers 409 with the whole verdict, and the attempt is recorded.
    """
    review = await call.write(reviews.decide, concept, body)
    review = review.model_copy(update={"readiness": linked(review.readiness, call)})
    if not review.accepted:
        raise not_ready(review.readiness)
    response.headers["Location"] = f"/v1/concepts/{concept}/reviews/{review.id}"
    return review


@router.get("", summary="List reviews", responses=errors("not-found"))
async def list_reviews(
    concept: ConceptKey,
    page: Annotated[Wanted, Depends(wanted)],
    call: Reading,
    request: Request,
    response: Response,
    accepted: Annotated[
        bool | None, Query(description="true: decided only; false: refused attempts only.")
    ] = None,
) -> Page[Review]:
    """Reviews and refused attempts, in order, each with its frozen verdict."""
    found = await call.read(reviews.list_reviews, page, concept, accepted=accepted)
    link_next(request, response, found)
    items = [
        review.model_copy(update={"readiness": linked(review.readiness, call)}) for review in found.items
    ]
    return found.model_copy(update={"items": items})


@router.get("/{review}", summary="Read a review", responses=errors("not-found"))
async def get_review(concept: ConceptKey, review: Id, call: Reading) -> Review:
    """One review or refused attempt, with the verdict as it was."""
    found = await call.read(reviews.get_review, concept, review)
    return found.model_copy(update={"readiness": linked(found.readiness, call)})
