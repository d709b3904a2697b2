"""The route of the detectors."""

from fastapi import APIRouter

from schemas.observation import Detectors
from service.api.call import Reading
from service.api.contract.problem_examples import errors
from service.api.guards import GuardedRoute
from service.domain.observations.catalogue import public

router = APIRouter(route_class=GuardedRoute, prefix="/v1/detectors", tags=["Readiness"])


@router.get("", summary="List the detectors", responses=errors())
async def list_detectors(call: Reading) -> Detectors:  # noqa: ARG001 - a token is needed
    """How each observation comes about, the heaviest first: what it catches, from which threshold on, on what
    that was calibrated, and how often it alarms on real records. Observations never block by themselves; a
    process may count only what is clear of those that touch: `where: {clear_of: [TWO_PLACES]}`."""
    return Detectors(items=public())
