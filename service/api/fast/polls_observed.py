"""The room for polls where each poll gets a line in the log, or a span: asked for, since it costs more."""

from time import perf_counter

from starlette.types import ASGIApp, Scope

from service.api.call import AppContext
from service.api.fast.polls import Polls, Reply
from service.api.middleware.authenticator import Authenticator, bearer
from service.api.middleware.metrics import POLLED
from service.api.middleware.telemetry import Seen, Telling, traceparent_of, write_line
from service.store.log.log_position import LatestOf
from service.tracing import Tracing


class ObservedPolls(Polls):
    """The same answers. FailedLogins get their line and span on the long way."""

    def __init__(
        self,
        app: ASGIApp,
        context: AppContext,
        authenticator: Authenticator,
        latest: LatestOf,
        telling: Telling,
        *,
        tracing: Tracing | None,
        lines: bool,
    ) -> None:
        super().__init__(app, context, authenticator, latest, telling, failed_logins=None)
        self._tracing, self._lines = tracing, lines

    async def reply(self, scope: Scope) -> Reply | None:
        """What to answer; None: nothing from here."""
        begun = perf_counter()
        span = self._tracing.begin(traceparent_of(scope)) if self._tracing else None
        reply = await super().reply(scope)
        if reply is None:
            return None  # a span that never ends is never sent: the long way begins its own
        seen = Seen("GET", POLLED, reply.status, perf_counter() - begun, self._role(scope))
        trace = self._tracing.end(span, *seen[:3]) if self._tracing and span else None
        if self._lines:
            write_line(seen, dict(reply.headers)[b"x-request-id"].decode(), trace)
        return reply

    def _role(self, scope: Scope) -> str | None:
        shown = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        return self.authenticator.role_of(bearer(shown.decode("latin-1")))
