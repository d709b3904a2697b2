"""When to try again: at once, then ever later over some days, then not any more."""

from datetime import timedelta
from typing import NamedTuple

from schemas.webhook import DeliveryState

DELAYS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""After the first try, the second, ...: Standard Webhooks' example. Ten tries in three days."""
LONGEST = timedelta(hours=24)
JITTER = 0.2
GONE = 410
SUCCESS = range(200, 300)


class TryOutcome(NamedTuple):
    """The outcome of a delivery's try. `wait`: until the next try."""

    state: DeliveryState
    wait: timedelta | None = None
    is_gone: bool = False


def after_try(number: int, status: int | None, retry_after: timedelta | None, jitter: float) -> TryOutcome:
    """After try `number` (from 1) of a round. `status` None: no answer. `jitter`: from 0 to 1, at random,
    so that not all come again at the same moment.

    Whoever is asked to wait longer waits longer, up to a day.
    """
    if status is not None and status in SUCCESS:
        return TryOutcome("delivered")
    if status == GONE:
        return TryOutcome("failed", is_gone=True)
    if number > len(DELAYS):
        return TryOutcome("failed")
    wait = DELAYS[number - 1] * (1 + JITTER * jitter)
    return TryOutcome("pending", max(wait, min(retry_after or wait, LONGEST)))
