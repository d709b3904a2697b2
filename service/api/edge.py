"""The outermost room: request ids, tokens, security headers, and nothing said of a fault but its place."""

import logging
import re
import traceback
from secrets import token_hex

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem
from service.clock import Clock
from service.store.engine import Database, Unreachable
from service.usecases.access import Holder, holder_of

log = logging.getLogger("gateproof")

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
GUARDED = "/v1"
ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
UNLESS_SAID = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class Edge:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, db: Database, clock: Clock, readers: CapacityLimiter) -> None:
        self.app, self.db, self.clock, self.readers = app, db, clock, readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _dress(message, request_id)
            await send(message)

        try:
            if scope["path"].startswith(GUARDED):
                holder = await self._holder(headers)
                if holder is None:
                    await _refuse_token(headers, request_id)(scope, receive, send_on)
                    return
                scope.setdefault("state", {})["holder"] = holder
            scope.setdefault("state", {})["request_id"] = request_id
            await self.app(scope, receive, send_on)
        except Exception as error:
            # The exception's text may hold what a customer said: only its kind and place are logged.
            log.error("request %s failed: %s", request_id, place_of(error))
            if started:
                raise Cut from None
            await _failed(error, request_id)(scope, receive, send_on)

    async def _holder(self, headers: Headers) -> Holder | None:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return None
        if self.db.is_sqlite:
            return holder_of(self.db, token.strip(), self.clock())
        return await to_thread.run_sync(holder_of, self.db, token.strip(), self.clock(), limiter=self.readers)


class Cut(Exception):
    """An answer that had begun could not be finished."""


def _failed(error: Exception, request_id: str) -> ASGIApp:
    if isinstance(error, Unreachable):
        detail = "The database cannot be reached just now. Nothing was written."
        return problem("unavailable", detail, request_id=request_id, headers={"Retry-After": "5"})
    detail = "It is logged under this request's id. Nothing was half-written."
    return problem("internal-error", detail, request_id=request_id)


def place_of(error: BaseException) -> str:
    """The kind of an exception and where it came from, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-4:]]
    return f"{type(error).__name__} at {' > '.join(places)}"


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if SANE_ID.fullmatch(given) else token_hex(8)


def _refuse_token(headers: Headers, request_id: str) -> ASGIApp:
    said = "is not valid here" if "authorization" in headers else "is missing"
    return problem(
        "unauthorized",
        f"The token {said}. Send Authorization: Bearer and your token.",
        request_id=request_id,
        headers={"WWW-Authenticate": 'Bearer realm="gateproof"'},
    )


def _dress(message: Message, request_id: str) -> None:
    headers = message["headers"]
    said = {name for name, _ in headers}
    usual = [(name, value) for name, value in UNLESS_SAID if name not in said]
    message["headers"] = [*headers, (b"x-request-id", request_id.encode()), *ALWAYS, *usual]
