"""Fetches a small JSON document from an issuer, with limits on bytes and seconds, and without redirects."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR, create_connection, socket
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

import orjson

from service.oidc.addresses import is_loopback

Connect = Callable[..., socket]

MAX_BYTES = 64 * 1024
SECONDS = 5.0


class Unusable(Exception):
    """An issuer did not answer, or its answer is of no use. `fault`: a short code for logs."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def fetch(url: str, seconds: float = SECONDS) -> dict[str, Any]:
    """Returns the JSON object at a checked address; Unusable if there is none, or it is too large or slow.

    The time limit of a connection is for each read. So a thread makes the request, and the caller closes its
    sockets after so many seconds, the look-up of names included.
    """
    request = _Fetch(url, max(seconds, 0.0))
    request.start()
    request.join(request.seconds)
    if request.is_alive():
        request.give_up()
        raise Unusable("too slow")
    if request.fault is not None:
        raise Unusable(request.fault)
    return _object(request.body)


class _Fetch(Thread):
    """A thread that requests a document; afterwards it has its body, or a fault."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__(name="oidc", daemon=True)
        self.url, self.seconds = url, seconds
        self.body = b""
        self.fault: str | None = None
        self._sockets: list[socket] = []

    def run(self) -> None:
        try:
            with _opener(self.url, self._connect).open(self.url, timeout=self.seconds) as response:
                self.body = _read(response.read1)
        except HTTPError as error:
            error.close()
            self.fault = f"status {error.code}"
        except Unusable as error:
            self.fault = error.fault
        except (OSError, HTTPException, ValueError):
            self.fault = "unreachable"
        finally:
            self._close()

    def give_up(self) -> None:
        """Ends every connection, so that reads return."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(SHUT_RDWR)

    def _connect(self, *address: Any) -> socket:
        made = create_connection(*address)
        # TLS takes the socket over; its double ends the same connection.
        self._sockets.append(made.dup())
        return made

    def _close(self) -> None:
        for each in self._sockets:
            each.close()


class _Handler(HTTPHandler, HTTPSHandler):
    """The handler of http and https, with its own way to connect."""

    def __init__(self, connect: Connect) -> None:
        super().__init__()
        self._connect = connect

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_connection, HTTPConnection, self._connect), req)

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_connection, HTTPSConnection, self._connect), req)


def _connection(kind: type[HTTPConnection], connect: Connect, *args: Any, **options: Any) -> HTTPConnection:
    made = kind(*args, **options)
    made._create_connection = connect  # type: ignore[attr-defined]  # noqa: SLF001 - an attribute, so that it can be replaced
    return made


def _opener(url: str, connect: Connect) -> OpenerDirector:
    """Returns an opener without handlers for redirects and files: it follows none and reads none."""
    opener = OpenerDirector()
    opener.addheaders = [("User-Agent", "gateproof"), ("Accept", "application/json")]
    for handler in (_Handler(connect), HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    if not is_loopback(url):
        opener.add_handler(ProxyHandler())
    return opener


def _read(read: Callable[[int], bytes]) -> bytes:
    """Returns a whole body; Unusable if it is too large."""
    body = b""
    while piece := read(MAX_BYTES + 1 - len(body)):
        body += piece
        if len(body) > MAX_BYTES:
            raise Unusable("too large")
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unusable("no JSON") from None
    if not isinstance(document, dict):
        raise Unusable("no JSON object")
    return document
