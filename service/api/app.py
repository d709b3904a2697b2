"""The application: its rooms put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from service import __version__
from service.api import documentation, health
from service.api.call import BEARER, Rooms
from service.api.contract import known_parameters
from service.api.edge import Edge
from service.api.openapi import describe
from service.api.problems import on_http, on_invalid, on_refused
from service.api.routes import ROUTERS
from service.clock import Clock
from service.store.engine import POOL_SIZE, Database
from service.usecases.refused import Refused

MAX_BODY_BYTES = 1024 * 1024


def create_app(db: Database, clock: Clock, public_url: str | None = None) -> FastAPI:
    """The service on this database, by this clock."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        yield
        db.close()

    app = FastAPI(
        title="Gateproof",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=MAX_BODY_BYTES,
        exception_handlers={
            Refused: on_refused,
            RequestValidationError: on_invalid,
            HTTPException: on_http,
        },
    )
    # A connection is waiting for every thread that may ask for one: nobody waits inside a thread.
    readers = CapacityLimiter(POOL_SIZE - 2)
    writers = CapacityLimiter(1) if db.is_sqlite else readers
    app.state.rooms = Rooms(db, clock, public_url, readers, writers)
    guarded = [BEARER, Depends(known_parameters)]
    for router in ROUTERS:
        app.include_router(router, dependencies=guarded)
    app.include_router(health.router)
    documentation.install(app)
    app.state.addresses = [route for router in (*ROUTERS, health.router) for route in router.routes]
    describe(app)
    app.add_middleware(Edge, db=db, readers=readers)
    return app
