"""Each request that goes the long way, seen once it is answered: counted, a line in the log, a span.

None of them says more of it than its method, the template of its route, the status, the time it took and the
role of whoever asked.
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


class Seen(NamedTuple):
    """What is said of a request."""

    method: str
    route: str
    status: int
    seconds: float
    role: str | None


class Telling(NamedTuple):
    """Where it is told that a request was answered."""

    metrics: Metrics
    lines: bool

    def tell(self, seen: Seen, request_id: str, trace: str | None = None) -> None:
        """Count it, and write its line if lines are wanted."""
        self.metrics.count(seen.method, seen.route, seen.status, seen.seconds)
        if self.lines:
            write_line(seen, request_id, trace)


class Observed:
    """Wraps the application, inside of the room that makes the request's id."""

    def __init__(self, app: ASGIApp, telling: Telling, tracing: Tracing | None) -> None:
        self.app, self.telling, self.tracing = app, telling, tracing

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
            seen = Seen(method_of(scope), route_of(scope), status, perf_counter() - begun, role)
            trace = self.tracing.end(span, *seen[:3]) if self.tracing and span else None
            self.telling.tell(seen, request_id, trace)
            REQUEST_ID.reset(named)


def method_of(scope: Scope) -> str:
    """One of those that there are: a caller may send any word."""
    method: str = scope["method"]
    return method if method in METHODS else "other"


def route_of(scope: Scope) -> str:
    """The template of the route that answered, or of the folder; never the path that was asked for."""
    path: str = getattr(scope.get("route") or scope.get("endpoint"), "path", UNMATCHED)
    return path


def traceparent_of(scope: Scope) -> str | None:
    """What the caller says of the trace that this request belongs to."""
    found = (value for name, value in scope["headers"] if name == b"traceparent")
    said: bytes | None = next(found, None)
    return None if said is None else said.decode("latin-1")


def write_line(seen: Seen, request_id: str, trace: str | None) -> None:
    """A line for a request that was answered."""
    if not log.isEnabledFor(INFO):
        return
    said: dict[str, Any] = {
        "method": seen.method,
        "route": seen.route,
        "status": seen.status,
        "duration_ms": round(seen.seconds * 1000, 3),
        "role": seen.role,
    }
    named = REQUEST_ID.set(request_id)
    log.info("request", extra=said if trace is None else {**said, "trace_id": trace})
    REQUEST_ID.reset(named)
