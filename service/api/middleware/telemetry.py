"""Telemetry of each request that takes the normal route: a count, a line in the log, a span.

None of them holds more than the method, the template of the route, the status, the duration and the
caller's role.
"""

import logging
from time import perf_counter
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.middleware.metrics import Metrics
from service.logs import REQUEST_ID
from service.tracing import Tracing

log = logging.getLogger("gateproof.requests")

METHODS = frozenset(["GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE"])
UNMATCHED = "unmatched"
"""Refused before a route was looked for (401, 429, 431...), or there is none."""
GONE = 499
"""Nobody waited for the answer any more."""
INFO = logging.INFO


class RequestRecord(NamedTuple):
    """A request that was answered, as counts, log lines and spans describe it."""

    method: str
    route: str
    status: int
    seconds: float
    role: str | None


class Telemetry(NamedTuple):
    """Records requests that were answered: in the metrics, and in the log if `lines`."""

    metrics: Metrics
    lines: bool

    def record(self, request: RequestRecord, request_id: str, trace: str | None = None) -> None:
        """Counts the request, and writes its line if lines are wanted."""
        self.metrics.count(request.method, request.route, request.status, request.seconds)
        if self.lines:
            log_request(request, request_id, trace)


class TelemetryMiddleware:
    """Wraps the application, inside of SecurityHeaders, which makes the request's id."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, tracing: Tracing | None) -> None:
        self.app, self.telemetry, self.tracing = app, telemetry, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, begun = GONE, perf_counter()
        span = self.tracing.begin(traceparent_of(scope)) if self.tracing else None

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        request_id = scope["state"]["request_id"]
        named = REQUEST_ID.set(request_id)
        try:
            await self.app(scope, receive, send_on)
        finally:
            holder = scope["state"].get("holder")
            role = None if holder is None else holder.role
            request = RequestRecord(method_of(scope), route_of(scope), status, perf_counter() - begun, role)
            trace = self.tracing.end(span, *request[:3]) if self.tracing and span else None
            self.telemetry.record(request, request_id, trace)
            REQUEST_ID.reset(named)


def method_of(scope: Scope) -> str:
    """Returns the method, or `other` for one that does not exist: a caller may send any word."""
    method: str = scope["method"]
    return method if method in METHODS else "other"


def route_of(scope: Scope) -> str:
    """Returns the template of the route or folder that answered; never the path of the request."""
    path: str = getattr(scope.get("route") or scope.get("endpoint"), "path", UNMATCHED)
    return path


def traceparent_of(scope: Scope) -> str | None:
    """Returns the header `traceparent`: the trace that the request belongs to."""
    values = (value for name, value in scope["headers"] if name == b"traceparent")
    traceparent: bytes | None = next(values, None)
    return None if traceparent is None else traceparent.decode("latin-1")


def log_request(request: RequestRecord, request_id: str, trace: str | None) -> None:
    """Writes the log line of a request that was answered."""
    if not log.isEnabledFor(INFO):
        return
    fields: dict[str, Any] = {
        "method": request.method,
        "route": request.route,
        "status": request.status,
        "duration_ms": round(request.seconds * 1000, 3),
        "role": request.role,
    }
    named = REQUEST_ID.set(request_id)
    log.info("request", extra=fields if trace is None else {**fields, "trace_id": trace})
    REQUEST_ID.reset(named)
