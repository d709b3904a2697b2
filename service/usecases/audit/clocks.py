"""Is the log ahead of the clock?"""

from datetime import datetime
from typing import NamedTuple

from service.clock import TOLERANCE, Clock, as_text
from service.store.log import chains
from service.store.sql.engine import Database


class LogAhead(NamedTuple):
    """So many chains whose last event is dated later than now, and the latest of those instants."""

    chains: int
    until: datetime
    now: datetime

    def __str__(self) -> str:
        count = "one chain" if self.chains == 1 else f"{self.chains} chains"
        return (
            f"The last event of {count} of the log is dated {as_text(self.until)}, and this machine's clock"
            f" says {as_text(self.now)}: a clock was ahead. If this one is right, POST /v1/audit/leaps/end"
            " ends the leap; until then whatever is recorded there is dated and judged then."
        )


def log_ahead(db: Database, clock: Clock) -> LogAhead | None:
    """How far the log is ahead of this clock; None: it is not, give or take some minutes."""
    with db.reading() as connection:
        now = clock()
        ahead = chains.ahead_of(connection, now + TOLERANCE)
    return LogAhead(len(ahead), max(head.at for head in ahead), now) if ahead else None
