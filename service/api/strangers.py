"""Whoever shows no token that stands: refused, and counted, so that nobody tries one after the other."""

from datetime import datetime

from limits import RateLimitItem
from starlette.responses import Response
from starlette.types import Scope

from service.api.problems import problem
from service.api.rates import Rate, address_of, too_many
from service.usecases.refused import Refused

TOO_MANY_FAILURES = Refused(
    "too-many-requests",
    "Too many requests without a valid token came from your address. A valid one is taken at any time;"
    " otherwise Retry-After says how long to wait.",
)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="gateproof"'}


class Strangers:
    """Those of one application: however they come, each address has one count."""

    def __init__(self, limit: RateLimitItem) -> None:
        self.failures = Rate(limit)

    def refuse(self, scope: Scope, now: datetime, request_id: str, *, showed_one: bool) -> Response:
        """401; 429 once this came too often from their address."""
        left = self.failures.count(address_of(scope), now)
        if left.is_exceeded:
            return too_many(TOO_MANY_FAILURES, left, request_id)
        said = "is not valid here" if showed_one else "is missing"
        detail = f"The token {said}. Send Authorization: Bearer and your token."
        return problem("unauthorized", detail, request_id=request_id, headers=CHALLENGE)
