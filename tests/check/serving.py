"""What a check talks to: the service itself on loopback, or somebody who answers oddly."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import uvicorn
from starlette.types import ASGIApp

PATIENCE = 20


@contextmanager
def served(app: ASGIApp, http: Any = "auto") -> Iterator[str]:
    """The address at which it answers until the end of the block. `http`: as uvicorn takes it."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=http, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()


Answering = Callable[[BaseHTTPRequestHandler], None]


class Odd:
    """Answers whatever a test says; remembers what it was asked and sent."""

    def __init__(self, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        self.answering: Answering = with_json({})
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if wrap is not None:
            self._server.socket = wrap(self._server.socket)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        odd = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                odd.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                odd.answering(self)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                """Tests are quiet."""

        return Handler


def with_json(document: Any, status: int = 200, **headers: str) -> Answering:
    return with_bytes(
        json.dumps(document).encode(), status, **{"Content-Type": "application/json", **headers}
    )


def with_bytes(body: bytes, status: int = 200, **headers: str) -> Answering:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def in_turn(*answers: Answering) -> Answering:
    """One after the other."""
    left = iter(answers)

    def answer(request: BaseHTTPRequestHandler) -> None:
        next(left)(request)

    return answer
