"""How often somebody may ask: fixed windows, counted in the memory of this process."""

from datetime import datetime
from ipaddress import IPv6Address
from math import ceil
from typing import NamedTuple

from limits import RateLimitItem
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.middleware.security_headers import RATE
from service.api.problems import problem_response
from service.usecases.errors import Refused

MAX_KEYS = 10_000
MAX_KEY_LENGTH = 200
TOO_OFTEN = "This token came more often than it may. Retry-After says how long to wait."


class Remaining(NamedTuple):
    """The rest of a window: requests, and seconds to its end (at least 1)."""

    requests: int
    seconds: int
    is_exceeded: bool


class Rate:
    """One limit, counted for each caller.

    All windows are equally long, so they end in the order in which they began; at MAX_KEYS the oldest gives
    way.
    """

    def __init__(self, limit: RateLimitItem) -> None:
        self.amount, self.seconds = limit.amount, limit.get_expiry()
        self.windows: dict[str, tuple[int, float]] = {}
        """By who asks: how often, and when the window ends, in seconds since 1970."""

    def count(self, who: str, now: datetime) -> Remaining:
        """Counts one request at this instant; returns what is left after it."""
        key, at = who[:MAX_KEY_LENGTH], now.timestamp()
        count, ends = self.windows.get(key, (0, 0.0))
        if ends <= at:
            self._make_room(at)
            count, ends = 0, at + self.seconds
        self.windows[key] = count + 1, ends
        left = self.amount - count - 1
        return Remaining(max(0, left), max(1, ceil(ends - at)), left < 0)

    def _make_room(self, at: float) -> None:
        while self.windows:
            oldest = next(iter(self.windows))
            if self.windows[oldest][1] > at and len(self.windows) < MAX_KEYS:
                return
            del self.windows[oldest]


class RequestLimit:
    """Wraps what AuthMiddleware lets through. Every answer says what its token has left."""

    def __init__(self, app: ASGIApp, limit: RateLimitItem) -> None:
        self.app, self.rate = app, Rate(limit)
        self.policy = (b"ratelimit-policy", f'"requests";q={limit.amount};w={limit.get_expiry()}'.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.get("state", {})
        holder = state.get("holder")
        if holder is None:
            await self.app(scope, receive, send)
            return
        # All tokens of an issuer elsewhere go by one name: only their persons tell them apart.
        left = self.rate.count(f"{holder.token} {holder.person}", state["now"])
        stands = f'"requests";r={left.requests};t={left.seconds}'.encode()
        state[RATE] = [self.policy, (b"ratelimit", stands)]
        if left.is_exceeded:
            refused = Refused("too-many-requests", TOO_OFTEN, retry_after=left.seconds)
            await problem_response(refused, state["request_id"])(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def address_of(scope: Scope) -> str:
    """Returns the client address to count; for IPv6 its /64 network, all of which one client owns."""
    client = scope.get("client")
    host: str = client[0] if client else ""
    if ":" not in host:
        return host
    try:
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"
