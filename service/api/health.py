"""The probes: whether the process is alive, and whether it can serve."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from schemas.health import Health, NotReady, Ready
from service.api.contract.problem_examples import anywhere, error
from service.api.guards import OperationRoute
from service.api.problems import problem_response, request_id_of
from service.api.readiness_check import ReadinessCheck
from service.usecases.errors import Refused

router = APIRouter(route_class=OperationRoute, tags=["Service"])
DETAILS: dict[NotReady, str] = {
    "unreachable": "The database cannot be reached.",
    "no-answer": "The database does not answer.",
    "refused": "The database does not let the service in: look at the user, the password and the rights.",
    "busy": "The database is locked, or has no connection left.",
    "broken": "The database is not as this release needs it: look at its log, then run `gateproof verify`.",
    "read-only": "The database takes no writes: it is a standby, or set to read only.",
    "not-migrated": "The database is not migrated: run `gateproof migrate`.",
    "behind": "The database is of an older release: run `gateproof migrate`.",
    "clock-differs": "This machine's clock is not to be trusted: `gateproof doctor` compares it.",
    "draining": "The service is about to stop: send requests elsewhere.",
    "newer": "The database is newer than this program: install the release that migrated it.",
}
RETRY_AFTER = 5


def not_ready(reason: NotReady) -> Refused:
    """Returns the answer of a service that is not ready; `reason` is for machines."""
    return Refused("unavailable", DETAILS[reason], reason=reason, retry_after=RETRY_AFTER)


@router.get("/livez", summary="Is the process alive?", responses=anywhere())
async def livez() -> Health:
    """Touches nothing. No token needed."""
    return Health(status="ok")


@router.get(
    "/readyz",
    summary="Can it serve?",
    response_model=Ready,
    responses={503: error("Not ready; `reason` says why", not_ready("not-migrated")), **anywhere()},
)
async def readyz(request: Request) -> Response:
    """Whether the database answers and takes writes, said within two seconds. No token needed.

    `warnings` say what is wrong and keeps nobody from being served.
    """
    check: ReadinessCheck = request.app.state.readiness_check
    look = await check()
    if look.reason is not None:
        return problem_response(not_ready(look.reason), request_id_of(request))
    document = Ready(status="ok", warnings=list(look.warnings)).model_dump_json(exclude_defaults=True)
    return Response(document, media_type="application/json")
