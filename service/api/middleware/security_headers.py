"""The outermost room: a request's id, and what every answer tells browsers."""

import re
from itertools import count
from secrets import token_hex

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
# Of this host only: what else its domain serves is not ours to promise.
OVER_TLS = [*ALWAYS, (b"strict-transport-security", b"max-age=31536000")]
UNLESS_SAID = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    # Does not hinder CORS: browsers ask it only of what a page embeds without asking.
    (b"cross-origin-resource-policy", b"same-origin"),
]
NOT_MODIFIED = 304
_THIS_PROCESS, _NUMBERS = token_hex(6).encode(), count(1)
RATE = "rate_headers"
"""Where in the request's state the rate limit leaves its headers, so that faults carry them too."""


class SecurityHeaders:
    """Wraps the whole application. Leaves `request_id` in the request's state."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        request_id = state["request_id"] = _request_id(scope["headers"])

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = (b"x-request-id", request_id.encode())
                own = [*message["headers"], known, *state.get(RATE, ())]
                is_unchanged = message["status"] == NOT_MODIFIED
                message["headers"] = own if is_unchanged else dressed(own, scope.get("scheme"))
            await send(message)

        await self.app(scope, receive, send_on)


def dressed(headers: Headers, scheme: str | None) -> Headers:
    """With what every answer tells browsers, over this scheme; but for 304: they keep what 200 told them."""
    said = {name for name, _ in headers}
    usual = [(name, value) for name, value in UNLESS_SAID if name not in said]
    return [*headers, *(OVER_TLS if scheme == "https" else ALWAYS), *usual]


def request_id_of(said: bytes) -> bytes:
    """What the caller named it, where that is fit for a log; else a new one."""
    return said if said and SANE_ID.fullmatch(said) else b"%b%08x" % (_THIS_PROCESS, next(_NUMBERS))


def _request_id(headers: Headers) -> str:
    said = (value for name, value in headers if name == b"x-request-id" and SANE_ID.fullmatch(value))
    return request_id_of(next(said, b"")).decode()
