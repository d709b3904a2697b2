"""Routes of badges; the picture itself needs no token but the one in its address."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from schemas.badge import Badge, BadgeIn, NewBadge, RevokeBadgeIn
from schemas.page import Page
from schemas.readiness import Readiness
from service.api.call import Creating, Reading, context_of
from service.api.contract.problem_examples import anywhere, error, list_errors, unknown, write_errors
from service.api.examples import choices, example, path
from service.api.guards import GuardedRoute, OperationRoute
from service.api.parameters import ConceptKey, Paging
from service.api.routes.badge_picture import picture
from service.api.routes.readiness import NO_GATE
from service.usecases.notify import badges

router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts/{concept}/badges", tags=["Badges"])
open_router = APIRouter(route_class=OperationRoute, tags=["Badges"])
TO_REVOKE = ("bdg_001500-swap-old", "bdg_001500-swap-old: one that nobody needs")
SHOWN = ("an-example-badge-shows-nothing-but-a-verdict", "The example's: berth-swap's next gate")
SVG = "image/svg+xml"
MOST_SECONDS = 60


@router.post(
    "",
    status_code=201,
    summary="Make a badge",
    responses=write_errors("secret-shown", wrong=NO_GATE, of="concept"),
    openapi_extra=example(gate="G1"),
)
async def create_badge(concept: ConceptKey, body: BadgeIn, call: Creating) -> NewBadge:
    """A picture of a verdict, for READMEs and boards. **Its address is shown this once.**

    Whoever has the address sees the gate's key and its verdict, without a token, until it is revoked.
    """
    made = await call.write(badges.create_badge, concept, body)
    call.response.headers["Cache-Control"] = "no-store"
    return made.at(call.base_url)


@router.get("", summary="List badges", responses=list_errors(of="concept"))
async def list_badges(concept: ConceptKey, page: Paging, call: Reading) -> Page[Badge]:
    """Every badge of the concept, without its address."""
    return call.link(await call.read(badges.list_badges, call.caller, page, concept))


@router.post(
    "/{badge}/revoke",
    summary="Revoke a badge",
    responses=write_errors("badge-revoked", wrong=unknown("reason"), of="badge"),
    openapi_extra=example(),
)
async def revoke_badge(
    concept: ConceptKey,
    badge: Annotated[str, path("The badge's id.", TO_REVOKE)],
    body: RevokeBadgeIn,  # noqa: ARG001
    call: Creating,
) -> Badge:
    """Its address answers 404 from now on; pictures may be shown for up to a minute more."""
    return await call.write(badges.revoke_badge, concept, badge)


@open_router.get(
    "/badges/{badge_token}/badge.svg",
    summary="The picture of a verdict",
    response_class=Response,
    responses={
        200: {"content": {SVG: {"schema": {"type": "string"}}}},
        404: error("There is no such badge, or it was revoked", badges.no_badge()),
        **anywhere(),
    },
)
async def show_badge(
    badge_token: Annotated[
        str,
        Path(description="From the address that making it answered.", openapi_examples=choices(SHOWN)),
    ],
    request: Request,
) -> Response:
    """May be kept for 60 seconds, and never beyond the next change that time alone makes: it may lag so long.

    No token needed: the address is the secret, and shows nothing else.
    """
    context = context_of(request)
    now = context.clock()
    gate, verdict = await context.read(badges.read_badge, badge_token, now)
    headers = {
        "Cache-Control": f"public, max-age={seconds_to_keep(verdict, now)}",
        # Pages of anybody embed it.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(picture(gate or verdict.gate, verdict.verdict), media_type=SVG, headers=headers)


def seconds_to_keep(verdict: Readiness, now: datetime) -> int:
    """Returns for how long a picture may be cached: a minute at most, and never beyond the next change."""
    if verdict.next_change_at is None:
        return MOST_SECONDS
    return max(0, min(MOST_SECONDS, int((verdict.next_change_at - now).total_seconds())))
