"""The operations as FastAPI routes requests to them: worked out once for a process, for all its applications.

FastAPI works an included router out when a request is first looked for in it, a fifth of a second for all of
them, and keeps what it worked out in the route that stands for the router.
"""

from functools import cache

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from service.api import health
from service.api.guards import GuardedRoute
from service.api.routes import ROUTERS, badges

OPEN_ROUTERS = (badges.open_router, health.router)
"""The routes that need no token."""


@cache
def operations() -> tuple[BaseRoute, ...]:
    """Returns the routes of the operations, worked out, so that no request waits for that."""
    included = APIRouter(generate_unique_id_function=lambda route: route.name, strict_content_type=False)
    for router in (*ROUTERS, *OPEN_ROUTERS):
        included.include_router(router)
    for route in (route for router in ROUTERS for route in router.routes):
        if not isinstance(route, GuardedRoute):
            raise TypeError(f"{route} is for everybody: its router wants route_class=GuardedRoute")
    for _ in iter_route_contexts(included.routes):
        pass
    return tuple(included.routes)


def described() -> list[BaseRoute]:
    """Returns the routes as they were declared, one for each operation."""
    return [route for router in (*ROUTERS, *OPEN_ROUTERS) for route in router.routes]
