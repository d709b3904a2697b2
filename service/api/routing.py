"""The operations: the same routes for all applications of a process."""

from starlette.routing import BaseRoute

from service.api import health
from service.api.guards import GuardedRoute
from service.api.routes import ROUTERS, badges

OPEN_ROUTERS = (badges.open_router, health.router)
"""The routes that need no token."""


def operations() -> list[BaseRoute]:
    """Returns the routes of the operations, in the order in which a request is looked for.

    They are not included by `include_router`: FastAPI would look for each request twice, and work the routes
    out anew for each application, a fifth of a second for all of them.
    """
    guarded = [route for router in ROUTERS for route in router.routes]
    for route in guarded:
        if not isinstance(route, GuardedRoute):
            raise TypeError(f"{route} is for everybody: its router wants route_class=GuardedRoute")
    return [*guarded, *(route for router in OPEN_ROUTERS for route in router.routes)]
