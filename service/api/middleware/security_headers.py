"""The outermost middleware: gives each request its id, and each answer its security headers."""

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
DEFAULTS = [
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
                message["headers"] = own if is_unchanged else with_security_headers(own, scope.get("scheme"))
            await send(message)

        await self.app(scope, receive, send_on)


def with_security_headers(headers: Headers, scheme: str | None) -> Headers:
    """Returns headers and security headers for this scheme. Not for 304: browsers reuse those of the 200."""
    present = {name for name, _ in headers}
    defaults = [(name, value) for name, value in DEFAULTS if name not in present]
    return [*headers, *(OVER_TLS if scheme == "https" else ALWAYS), *defaults]


def request_id_of(proposed: bytes) -> bytes:
    """Returns the id that the caller proposes, where that is fit for a log; else a new one."""
    return (
        proposed if proposed and SANE_ID.fullmatch(proposed) else b"%b%08x" % (_THIS_PROCESS, next(_NUMBERS))
    )


def _request_id(headers: Headers) -> str:
    proposed = (value for name, value in headers if name == b"x-request-id" and SANE_ID.fullmatch(value))
    return request_id_of(next(proposed, b"")).decode()
