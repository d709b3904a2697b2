"""Whether the service can serve, and why not: found out by one look for all who ask at the same time."""

from asyncio import Task, create_task, shield, wait_for

from anyio import CapacityLimiter, to_thread

from schemas.health import NotReady
from service.store.sql.engine import Database
from service.store.sql.faults import Fault, fault_of
from service.store.sql.migrating import shape_of

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


class ReadinessCheck:
    """Asks the database in a thread; may be used in one event loop only."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._look: Task[NotReady | None] | None = None
        self._limiter = CapacityLimiter(1)

    async def __call__(self) -> NotReady | None:
        """Returns why the database does not serve; None: it does. Within SECONDS, whatever it does."""
        if self._look is None or self._look.done():
            self._look = create_task(self._ask())
        try:
            return await wait_for(shield(self._look), SECONDS)
        except TimeoutError:
            return "no-answer"

    async def _ask(self) -> NotReady | None:
        return await to_thread.run_sync(why_not_ready, self._db, limiter=self._limiter)


def why_not_ready(db: Database) -> NotReady | None:
    """Returns why this database does not serve: it is away, of another shape, or takes no writes."""
    try:
        with db.reading() as connection:
            shape = shape_of(connection)
        if shape != "current":
            return shape
        db.require_writable()
    except Exception as error:
        return REASONS[fault_of(error) or Fault.OURS]
    return None
