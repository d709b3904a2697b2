"""The probes: whether the process is alive, and whether it can serve."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from schemas.health import Health
from service.api.call import context_of
from service.api.contract.problem_examples import anywhere, error
from service.api.guards import OperationRoute
from service.api.problems import problem_response, request_id_of
from service.store.sql.engine import Database
from service.store.sql.migrating import is_current
from service.usecases.errors import Refused

router = APIRouter(route_class=OperationRoute, tags=["Service"])
NOT_READY = Refused(
    "unavailable", "The database cannot be reached, or wants `gateproof migrate`.", retry_after=5
)


@router.get("/livez", summary="Is the process alive?", responses=anywhere())
async def livez() -> Health:
    """Touches nothing. No token needed."""
    return Health(status="ok")


@router.get(
    "/readyz",
    summary="Can it serve?",
    response_model=Health,
    responses={503: error("No database, or not migrated", NOT_READY), **anywhere()},
)
def readyz(request: Request) -> Response:
    """Checks the database and that its migrations are at head. No token needed."""
    if _is_ready(context_of(request).db):
        return Response(Health(status="ok").model_dump_json(), media_type="application/json")
    return problem_response(NOT_READY, request_id_of(request))


def _is_ready(db: Database) -> bool:
    try:
        with db.reading() as connection:
            return is_current(connection)
    except Exception:
        return False
