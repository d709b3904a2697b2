"""The application, called from the test's own thread."""

import asyncio
import sys
from types import TracebackType
from typing import Any, Self

import httpx2
from starlette.types import ASGIApp, Message

TESTING = {"user-agent": "testclient"}
# The transport looks for it on all paths at each request, to learn whether the loop is Trio's.
sys.modules.setdefault("sniffio", None)


class Client(httpx2.Client):
    """Calls like Starlette's TestClient. That one runs the application in a thread of its own, and hands each
    request over to it eight times. Here the application runs while a request does.

    It answers one request at a time, and whole: for streams and for many at once take TestClient.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        base_url: str = "http://testserver",
        headers: Any = None,
        client: tuple[str, int] = ("testclient", 50_000),
        raise_server_exceptions: bool = True,
    ) -> None:
        self.app = app
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        transport = httpx2.ASGITransport(app, raise_app_exceptions=raise_server_exceptions, client=client)
        super().__init__(
            base_url=base_url,
            headers=TESTING | dict(headers or {}),
            follow_redirects=True,
            transport=_InTurn(self._loop, transport),
        )

    def __enter__(self) -> Self:
        super().__enter__()
        self._started, self._ends = asyncio.Event(), asyncio.Event()
        self._loop.run_until_complete(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        at: TracebackType | None = None,
    ) -> None:
        super().__exit__(kind, error, at)
        try:
            self._loop.run_until_complete(self._end())
        finally:
            self._runner.close()

    async def _start(self) -> None:
        self._life = asyncio.create_task(self._live())
        started = asyncio.create_task(self._started.wait())
        await asyncio.wait([self._life, started], return_when=asyncio.FIRST_COMPLETED)
        if self._life.done():
            started.cancel()
            self._life.result()

    async def _end(self) -> None:
        self._ends.set()
        await self._life

    async def _live(self) -> None:
        """The application's lifespan."""
        messages = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))

        async def receive() -> Message:
            message = next(messages)
            if message["type"] == "lifespan.shutdown":
                await self._ends.wait()
            return message

        async def send(_: Message) -> None:
            self._started.set()

        await self.app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)


class _InTurn(httpx2.BaseTransport):
    """Requests one after the other, each on the loop of the application."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: httpx2.ASGITransport) -> None:
        self._loop, self._transport = loop, transport

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        return self._loop.run_until_complete(self._handle(request))

    async def _handle(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._transport.handle_async_request(request)
        content = await answer.aread()
        return httpx2.Response(answer.status_code, headers=answer.headers, content=content)
