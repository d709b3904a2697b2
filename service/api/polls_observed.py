"""The room for polls where each poll gets a line in the log, or a span: asked for, since it costs more."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.call import Rooms
from service.api.door import Door
from service.api.metrics import POLLED, Answered
from service.api.observed import Seen, traceparent_of, write_line
from service.api.polls import Polls
from service.logs import REQUEST_ID
from service.store.latest import LatestOf
from service.tracing import Tracing


class ObservedPolls(Polls):
    """The same answers."""

    def __init__(
        self,
        app: ASGIApp,
        rooms: Rooms,
        door: Door,
        latest: LatestOf,
        answered: Answered,
        *,
        tracing: Tracing | None,
        lines: bool,
    ) -> None:
        super().__init__(app, rooms, door, latest, answered)
        self._tracing, self._lines = tracing, lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        begun, request_id = perf_counter(), ""

        async def send_on(message: Message) -> None:
            nonlocal request_id
            if message["type"] == "http.response.start":
                request_id = next(
                    value for name, value in message["headers"] if name == b"x-request-id"
                ).decode()
            await send(message)

        span = self._tracing.begin(traceparent_of(scope)) if self._tracing else None
        status = await self._answers(scope, send_on)
        if not status:
            # A span that never ends is never sent: the long way begins its own.
            await self.app(scope, receive, send)
            return
        self.answered[status] += 1
        seen = Seen("GET", POLLED, status, perf_counter() - begun, self._role(scope))
        trace = self._tracing.end(span, *seen[:3]) if self._tracing and span else None
        if self._lines:
            named = REQUEST_ID.set(request_id)
            write_line(seen, trace)
            REQUEST_ID.reset(named)

    def _role(self, scope: Scope) -> str | None:
        shown = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        return self.door.role_of(shown.decode("latin-1"))
