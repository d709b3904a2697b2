"""What every operation is guarded by: whom it is for, and which parameters it has."""

from fastapi import Request

from service.api.parameters import require_known_parameters
from service.api.permissions import require_permission


async def guarded(request: Request) -> None:
    """Refused unless the holder of the token may call this operation, and calls it by parameters that it
    has. One dependency, not two: each takes FastAPI as long as to validate a body."""
    require_permission(request.state.holder, request.scope["route"].name)
    require_known_parameters(request)
