"""Fetches a small JSON document from an issuer, with limits on bytes and seconds, and without redirects."""

from concurrent.futures import Future
from ssl import create_default_context
from threading import Thread
from typing import Any

import anyio
import orjson
from httpx2 import AsyncClient, HTTPError, InvalidURL, Response

from service.oidc.addresses import is_loopback

MAX_BYTES = 64 * 1024
SECONDS = 5.0
HEADERS = {"User-Agent": "gateproof", "Accept": "application/json", "Accept-Encoding": "identity"}


class Unusable(Exception):
    """An issuer did not answer, or its answer is of no use. `fault`: a short code for logs."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def fetch(url: str, seconds: float = SECONDS) -> dict[str, Any]:
    """Returns the JSON object at a checked address; Unusable if there is none, or it is too large or slow.

    The time limit is for all of it. A loop of its own ends the request then, in a thread of its own: the
    look-up of a name is ended by nobody, and waited for no longer.
    """
    body: Future[bytes] = Future()
    limit = max(seconds, 0.0)
    Thread(target=_run, args=(body, url, limit), name="oidc", daemon=True).start()
    try:
        return _object(body.result(limit))
    except TimeoutError:
        raise Unusable("too slow") from None


def _run(body: Future[bytes], url: str, seconds: float) -> None:
    try:
        body.set_result(anyio.run(_get, url, seconds))
    except Exception as error:
        body.set_exception(error)


async def _get(url: str, seconds: float) -> bytes:
    # Plain http, which is to this very machine, has no certificates: the system's take a while to read.
    verify = create_default_context() if url.startswith("https:") else False
    client = AsyncClient(verify=verify, trust_env=not is_loopback(url), timeout=None)
    try:
        with anyio.fail_after(seconds):
            async with client, client.stream("GET", url, headers=HEADERS) as response:
                if not response.is_success:
                    raise Unusable(f"status {response.status_code}")
                return await _read(response)
    except TimeoutError:
        raise Unusable("too slow") from None
    except (HTTPError, InvalidURL, OSError, ValueError):
        raise Unusable("unreachable") from None


async def _read(response: Response) -> bytes:
    """Returns a whole body; Unusable if it is too large."""
    body = b""
    async for piece in response.aiter_raw():
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
