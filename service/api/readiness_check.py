"""Whether the service can serve, and why not: found out by one look for all who ask at the same time."""

from asyncio import Task, create_task, shield, wait_for
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from anyio import CapacityLimiter, to_thread

from schemas.health import NotReady, Warned
from service.clock import Clock, ClockDiffers
from service.store.sql.engine import Database
from service.store.sql.faults import Fault, fault_of
from service.store.sql.migrating import SERVED, Shape, shape_of
from service.usecases.audit.clocks import log_ahead

SECONDS = 1.5
"""So long `/readyz` waits for the database: it answers within two seconds."""
REASONS: dict[Fault, NotReady] = {
    Fault.GONE: "unreachable",
    Fault.READ_ONLY: "read-only",
    Fault.BUSY: "busy",
    Fault.REFUSED: "refused",
    Fault.TIMED_OUT: "no-answer",
    Fault.BROKEN: "broken",
    Fault.OURS: "broken",
}


REASON_OF_SHAPE: dict[Shape, NotReady] = {
    "not-migrated": "not-migrated",
    "behind": "behind",
    "unmarked": "newer",
    "newer": "newer",
}


@dataclass
class Draining:
    """Whether the service is about to stop."""

    has_begun: bool = False


class Look(NamedTuple):
    """What was seen. `reason`: why the database does not serve; None: it does."""

    reason: NotReady | None
    warnings: Sequence[Warned] = ()


class ReadinessCheck:
    """Asks the database in a thread; may be used in one event loop only."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self.draining = Draining()
        self._has_served = False
        self._look: Task[Look] | None = None
        self._limiter = CapacityLimiter(1)

    async def __call__(self) -> Look:
        """Returns whether the database serves, within SECONDS, whatever it does."""
        if self.draining.has_begun:
            return Look("draining")
        if self._look is None or self._look.done():
            self._look = create_task(self._ask())
        try:
            return await wait_for(shield(self._look), SECONDS)
        except TimeoutError:
            return Look("no-answer")

    async def _ask(self) -> Look:
        look = await to_thread.run_sync(
            look_at, self._db, self._clock, self._has_served, limiter=self._limiter
        )
        self._has_served |= look.reason is None
        return look


def look_at(db: Database, clock: Clock, has_served: bool) -> Look:
    """Returns whether this database serves, and what is wrong all the same. `has_served`: it did before."""
    reason = why_not_ready(db, has_served=has_served)
    ahead = log_ahead(db, clock) if reason is None else None
    return Look(reason, [] if ahead is None else [Warned(code="log-ahead", detail=str(ahead))])


def why_not_ready(db: Database, *, has_served: bool = False) -> NotReady | None:
    """Returns why this database does not serve: it is away, of another shape, or takes no writes.

    Whoever serves already goes on beside a newer release's migration, unless that says that it may not.
    """
    try:
        with db.reading() as connection:
            shape = shape_of(connection)
        if shape not in SERVED and not (has_served and shape == "unmarked"):
            return REASON_OF_SHAPE[shape]
        db.require_writable()
        db.require_clock()
    except ClockDiffers:
        return "clock-differs"
    except Exception as error:
        return REASONS[fault_of(error) or Fault.OURS]
    return None
