"""Polls answered while uvicorn reads them: no task, no messages, head and body in one write.

Half of what uvicorn does for a request is to make a task for it, so that an application may wait. A poll on
SQLite does not. So it is answered where uvicorn would make the task, and written out in the loop's next turn,
where the task would have begun: the replies to all that came together go out one after the other, and whoever
reads them is woken once. Parsing, order, keep-alive and timeouts stay uvicorn's own. Whatever takes waiting
(other requests, callers who do not read, PostgreSQL) becomes a task as ever.
"""

from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from service.api.fast.polls import PollResponse, Polls

FORWARDED = frozenset([b"x-forwarded-for", b"x-forwarded-proto"])


class InlineProtocol(HttpToolsProtocol):
    """Speaks HTTP for an application that may be `Polls`."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # Another application than ours says that there are too many connections.
        reply = self._reply(cycle) if app is self.app else None
        if reply is None:
            super()._start_asgi_task(cycle, app)
        else:
            self.loop.call_soon(self._send, cycle, reply)

    def _reply(self, cycle: RequestResponseCycle) -> PollResponse | None:
        """Returns the reply, or None if the request needs a task."""
        polls, scope = self.config.app, cycle.scope
        if not isinstance(polls, Polls) or self.flow.write_paused:
            return None
        for name, _ in scope["headers"]:
            if name in FORWARDED:
                return None  # the application's middleware decides whether to trust that proxy
        return polls.reply_inline(cast("Scope", scope))

    def _send(self, cycle: RequestResponseCycle, reply: PollResponse) -> None:
        if self.transport.is_closing():
            return  # they went away
        headers = [*self.server_state.default_headers, *reply.headers]
        if not cycle.keep_alive:
            headers.append((b"connection", b"close"))
        head = map(b"%b: %b\r\n".__mod__, headers)
        self.transport.write(b"".join([STATUS_LINE[reply.status], *head, b"\r\n", reply.body]))
        cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()
