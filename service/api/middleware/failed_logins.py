"""Whoever shows no token that stands: refused, and counted, so that nobody tries one after the other."""

from datetime import datetime

from limits import RateLimitItem
from starlette.types import Scope

from service.api.middleware.rate_limits import Rate, address_of
from service.usecases.errors import Refused

TOO_MANY = (
    "Too many requests without a valid token came from your address. A valid one is taken at any time;"
    " otherwise Retry-After says how long to wait."
)


class FailedLogins:
    """Those of one application: however they come, each address has one count."""

    def __init__(self, limit: RateLimitItem) -> None:
        self.failures = Rate(limit)

    def refusal(self, scope: Scope, now: datetime, *, showed_one: bool) -> Refused:
        """401; 429 once this came too often from their address. `showed_one`: some token came."""
        left = self.failures.count(address_of(scope), now)
        if left.is_exceeded:
            return Refused("too-many-requests", TOO_MANY, retry_after=left.seconds)
        said = "is not valid here" if showed_one else "is missing"
        return Refused("unauthorized", f"The token {said}. Send Authorization: Bearer and your token.")
