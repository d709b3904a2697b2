"""Polls with a line in the log or a span for each: only on request, since it costs more."""

from time import perf_counter

from fastapi import FastAPI
from starlette.types import Scope

from service.api.fast.polls import PollResponse, Polls
from service.api.middleware.authenticator import bearer
from service.api.middleware.metrics import POLLED
from service.api.middleware.telemetry import RequestRecord, log_request, traceparent_of
from service.tracing import Tracing


class ObservedPolls(Polls):
    """Polls that are logged or traced. Failed logins get their line and span on the normal route."""

    def __init__(self, app: FastAPI, *, lines: bool) -> None:
        super().__init__(app)
        self.failed_logins = None
        self._tracing: Tracing | None = app.state.tracing
        self._lines = lines

    async def reply(self, scope: Scope) -> PollResponse | None:
        """Returns the reply; None: the normal route has to answer."""
        begun = perf_counter()
        span = self._tracing.begin(traceparent_of(scope)) if self._tracing else None
        reply = await super().reply(scope)
        if reply is None:
            return None  # a span that never ends is never sent: the normal route begins its own
        request = RequestRecord("GET", POLLED, reply.status, perf_counter() - begun, self._role(scope))
        trace = self._tracing.end(span, *request[:3]) if self._tracing and span else None
        if self._lines:
            log_request(request, dict(reply.headers)[b"x-request-id"].decode(), trace)
        return reply

    def _role(self, scope: Scope) -> str | None:
        authorization = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        return self.authenticator.role_of(bearer(authorization.decode("latin-1")))
