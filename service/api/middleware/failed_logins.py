"""Requests without a valid token are refused and counted, so that nobody tries tokens one by one."""

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
    """The failed logins of one application: one count for each address, on every route."""

    def __init__(self, limit: RateLimitItem) -> None:
        self.failures = Rate(limit)

    def refusal(self, scope: Scope, now: datetime, *, showed_one: bool) -> Refused:
        """Returns 401, or 429 after too many from the address. `showed_one`: the request had some token."""
        left = self.failures.count(address_of(scope), now)
        if left.is_exceeded:
            return Refused("too-many-requests", TOO_MANY, retry_after=left.seconds)
        fault = "is not valid here" if showed_one else "is missing"
        return Refused("unauthorized", f"The token {fault}. Send Authorization: Bearer and your token.")
