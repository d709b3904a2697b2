"""Getting a small JSON document from an issuer: so many bytes, so many seconds, and no other address."""

from collections.abc import Callable
from http.client import HTTPException
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
)

import orjson

from service.oidc.addresses import is_loopback

MAX_BYTES = 64 * 1024
SECONDS = 5.0


class Unusable(Exception):
    """What an issuer answered, or did not. `fault`: a short code for logs."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def fetch(url: str, seconds: float = SECONDS) -> dict[str, Any]:
    """The JSON object at a checked address; Unusable when there is none, or it is too large or too slow."""
    deadline = monotonic() + seconds
    try:
        with _opener(url).open(url, timeout=seconds) as response:
            body = _read(response.read1, deadline)
    except HTTPError as error:
        error.close()
        raise Unusable(f"status {error.code}") from None
    except (OSError, HTTPException, ValueError):
        raise Unusable("unreachable") from None
    return _object(body)


def _opener(url: str) -> OpenerDirector:
    """Without a handler for redirects none is followed; without one for files none is read."""
    opener = OpenerDirector()
    opener.addheaders = [("User-Agent", "gateproof"), ("Accept", "application/json")]
    for handler in (HTTPHandler(), HTTPSHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    if not is_loopback(url):
        opener.add_handler(ProxyHandler())
    return opener


def _read(read: Callable[[int], bytes], deadline: float) -> bytes:
    """All of a body. The time limit of the connection is for each piece of it, the deadline for all."""
    body = b""
    while piece := read(MAX_BYTES + 1 - len(body)):
        body += piece
        if len(body) > MAX_BYTES:
            raise Unusable("too large")
        if monotonic() > deadline:
            raise Unusable("too slow")
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unusable("no JSON") from None
    if not isinstance(document, dict):
        raise Unusable("no JSON object")
    return document
