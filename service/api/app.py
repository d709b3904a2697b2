"""The application: middleware, routes and what every call shares, put together."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, ParamSpec

from anyio import CapacityLimiter, create_task_group, to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from service import __version__
from service.api.background import Background
from service.api.call import AppContext
from service.api.contract import problem_pages, swagger_page
from service.api.contract.openapi import describe
from service.api.fast.polls import Polls
from service.api.fast.polls_observed import ObservedPolls
from service.api.middleware import metrics
from service.api.middleware.auth_middleware import AuthMiddleware
from service.api.middleware.authenticator import Authenticator
from service.api.middleware.body_limit import BodyLimit
from service.api.middleware.failed_logins import FailedLogins
from service.api.middleware.rate_limits import RequestLimit
from service.api.middleware.security_headers import SecurityHeaders
from service.api.middleware.telemetry import Telemetry, TelemetryMiddleware
from service.api.problems import on_http, on_invalid, on_refused
from service.api.readiness_check import ReadinessCheck
from service.api.routes import webhooks
from service.api.routing import operations
from service.api.writers import THREADS, Writers
from service.clock import Clock
from service.delivery.targets import PUBLIC, Targets
from service.edge_settings import USUAL, EdgeSettings
from service.observability_settings import PLAIN, ObservabilitySettings
from service.oidc.access import Oidc
from service.store.log.log_position import latest_of
from service.store.sql.engine import WRITERS, Database
from service.store.sql.open_engine import POOL_SIZE
from service.tracing import open_tracing
from service.usecases.errors import Refused

CORS: dict[str, Any] = {
    "allow_methods": ["GET", "PATCH", "POST", "PUT"],
    "allow_headers": ["Authorization", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-Id"],
    "expose_headers": [
        *("ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"),
    ],
}
P = ParamSpec("P")


def create_api(
    db: Database,
    clock: Clock,
    public_url: str | None = None,
    edge: EdgeSettings = USUAL,
    oidc: Oidc | None = None,
    background: Sequence[Background] = (),
    targets: Targets = PUBLIC,
    observability: ObservabilitySettings = PLAIN,
) -> FastAPI:
    """Returns the application without `Polls`: the normal route, and the contract.

    `background`: tasks that run in the background; `targets`: the addresses that webhooks may have.
    """

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with create_task_group() as tasks:
            for each in background:
                tasks.start_soon(each)
            yield
            tasks.cancel_scope.cancel()
        await latest.close()
        await to_thread.run_sync(writers.close)
        db.close()
        if tracing is not None:
            await to_thread.run_sync(tracing.close)

    latest, writers = latest_of(db), Writers(db)
    tracing = open_tracing() if observability.traces else None
    app = FastAPI(
        title="Gateproof",
        version=__version__,
        lifespan=lifespan,
        routes=operations(),
        webhooks=webhooks.messages,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        strict_content_type=False,
        generate_unique_id_function=lambda route: route.name,
        # Its logs and spans would carry the text of exceptions, which may be a customer's words.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        exception_handlers={
            Refused: on_refused,
            RequestValidationError: on_invalid,
            HTTPException: on_http,
        },
    )
    # A connection is waiting for every thread that may ask for one: nobody waits inside a thread.
    # Writers may wait for each other, so they have their own: no reader ever waits behind them.
    readers, own_transactions = CapacityLimiter(POOL_SIZE - WRITERS - 2), CapacityLimiter(WRITERS - THREADS)
    app.state.context = AppContext(
        db,
        clock,
        public_url,
        readers,
        writers,
        own_transactions,
        CapacityLimiter(1),
        CapacityLimiter(1),
        targets,
    )
    app.state.readiness_check = ReadinessCheck(db, clock)
    app.state.edge, app.state.observability, app.state.tracing = edge, observability, tracing
    app.state.metrics = observed = metrics.Metrics(app.state.context)
    app.state.telemetry = Telemetry(observed, lines=observability.requests != "no")
    app.state.failed_logins = FailedLogins(edge.failed_logins)
    swagger_page.install(app)
    metrics.install(app, observed, observability)
    problem_pages.install(app)
    describe(app)
    app.add_middleware(BodyLimit)
    if edge.requests is not None:
        app.add_middleware(RequestLimit, limit=edge.requests)
    app.state.authenticator = authenticator = Authenticator(db, readers, writers, oidc, latest)
    app.state.latest = latest
    app.add_middleware(
        AuthMiddleware, authenticator=authenticator, clock=clock, failed_logins=app.state.failed_logins
    )
    if edge.origins:
        # Outside of the check of the token: a browser asks first without one.
        app.add_middleware(CORSMiddleware, allow_origins=edge.origins, **CORS)
    app.add_middleware(TelemetryMiddleware, telemetry=app.state.telemetry, tracing=tracing)
    app.add_middleware(SecurityHeaders)
    return app


def _with_polls(create: Callable[P, FastAPI]) -> Callable[P, ASGIApp]:
    def create_app(*args: P.args, **kwargs: P.kwargs) -> ASGIApp:
        api = create(*args, **kwargs)
        own = api.state
        if own.edge.requests is not None:
            return api  # only the normal route limits a token's requests
        lines = own.observability.requests == "all"
        return ObservedPolls(api, lines=lines) if lines or own.tracing is not None else Polls(api)

    return create_app


create_app = _with_polls(create_api)
"""Returns the service on this database, by this clock: the application, and `Polls` in front of it."""
