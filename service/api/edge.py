"""The outermost room: request ids, tokens, security headers, and nothing said of a fault but its place."""

import logging
import re
import traceback
from secrets import token_hex

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.door import Door
from service.api.problems import problem
from service.clock import Clock
from service.store.engine import Unreachable
from service.store.keyring import Damaged, WrongKey

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

    def __init__(self, app: ASGIApp, door: Door, clock: Clock) -> None:
        self.app, self.door, self.clock = app, door, clock

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
            state = scope.setdefault("state", {})
            state["request_id"] = request_id
            if not scope["path"].startswith(GUARDED):
                await self.app(scope, receive, send_on)
                return
            state["now"] = now = self.clock()
            state["holder"] = holder = await self.door.holder(
                headers.get("authorization", ""), scope["path"], now
            )
            if holder is None:
                await _refuse_token(headers, request_id)(scope, receive, send_on)
                return
            await self.app(scope, receive, send_on)
            await self.door.note(holder, now)
        except Exception as error:
            # The exception's text may hold what a customer said: only its kind and place are logged.
            log.error("request %s failed: %s", request_id, place_of(error))
            if started:
                raise Cut from None
            await _failed(error, request_id)(scope, receive, send_on)


class Cut(Exception):
    """An answer that had begun could not be finished."""


def _failed(error: Exception, request_id: str) -> ASGIApp:
    if isinstance(error, Unreachable):
        detail = "The database cannot be reached just now. Nothing was written."
        return problem("unavailable", detail, request_id=request_id, headers={"Retry-After": "5"})
    if isinstance(error, Damaged | WrongKey):
        detail = "What was stored is not what was sealed, so it is not shown."
        return problem("damaged", detail, request_id=request_id)
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
