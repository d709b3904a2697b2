"""How often somebody may ask: fixed windows, counted in the memory of this process."""

from datetime import datetime
from ipaddress import IPv6Address
from math import ceil
from typing import NamedTuple

from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.headers import RATE
from service.api.problems import refusal
from service.usecases.refused import Refused

MAX_KEYS = 10_000
MAX_KEY_LENGTH = 200

TOO_MANY_REQUESTS = Refused(
    "too-many-requests", "This token came more often than it may. Retry-After says how long to wait."
)
TOO_MANY_FAILURES = Refused(
    "too-many-requests",
    "Too many requests without a valid token came from your address. A valid one is taken at any time;"
    " otherwise Retry-After says how long to wait.",
)


class Windows(Storage):
    """The library's own memory wakes a thread a hundred times a second, reads the clock and has no bound.

    `now`, seconds since 1970, is set before it is asked.
    All windows are equally long, so they end in the order in which they began; at MAX_KEYS the oldest gives
    way.
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        """None of its own."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` in the window that is open, or in a new one of `expiry` seconds; the new count."""
        count, ends = self.counts.get(key, (0, 0.0))
        if ends <= self.now:
            self._make_room()
            count, ends = 0, self.now + expiry
        self.counts[key] = (count + amount, ends)
        return count + amount

    def get(self, key: str) -> int:
        """The count of the open window."""
        count, ends = self.counts.get(key, (0, 0.0))
        return count if ends > self.now else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        _, ends = self.counts.get(key, (0, 0.0))
        return max(ends, self.now)

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget all; how many keys that were."""
        known = len(self.counts)
        self.counts.clear()
        return known

    def clear(self, key: str) -> None:
        """Forget one key."""
        self.counts.pop(key, None)

    def _make_room(self) -> None:
        while self.counts:
            oldest = next(iter(self.counts))
            if self.counts[oldest][1] > self.now and len(self.counts) < MAX_KEYS:
                return
            del self.counts[oldest]


class Left(NamedTuple):
    """What is left of a window: requests, and seconds to its end (at least 1)."""

    requests: int
    seconds: int
    is_exceeded: bool


class Rate:
    """One limit, for each of many."""

    def __init__(self, limit: RateLimitItem) -> None:
        self.limit, self.windows = limit, Windows()
        self.limiter = FixedWindowRateLimiter(self.windows)

    def count(self, who: str, now: datetime) -> Left:
        """One more request at this instant; what is left after it."""
        self.windows.now = now.timestamp()
        key = who[:MAX_KEY_LENGTH]
        is_within = self.limiter.hit(self.limit, key)
        ends, requests = self.limiter.get_window_stats(self.limit, key)
        return Left(requests, max(1, ceil(ends - self.windows.now)), not is_within)


class RequestLimit:
    """Stands behind the check of the token. Every answer to a token says what it has left."""

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
            await too_many(TOO_MANY_REQUESTS, left, state["request_id"])(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def too_many(refused: Refused, left: Left, request_id: str) -> Response:
    """429, and when to come again."""
    return refusal(refused, request_id, {"Retry-After": str(left.seconds)})


def address_of(scope: Scope) -> str:
    """Who asks, as a limit counts them. Whoever has an IPv6 address has all 2^64 of its network."""
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
