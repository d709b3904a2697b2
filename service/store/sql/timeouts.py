"""How long the service waits for its database."""

from typing import NamedTuple

LEAST_WAIT = 0.01


class Timeouts(NamedTuple):
    """In seconds; 0: as long as it takes. SQLite knows `lock` only."""

    connect: float = 2
    """For a new connection, for each host of the URL; whole seconds, two at least."""
    answer: float = 1.5
    """Without a byte, until another connection looks whether the database answers at all."""
    statement: float = 30
    lock: float = 5
    """For a lock that another writer, or another program, holds."""
    idle: float = 30
    """That the server lets a transaction of ours be idle."""
    tcp: float = 5
    """Without an acknowledgement of packets."""
    pool: float = 2
    """For a connection of the pool."""

    def at_length(self) -> "Timeouts":
        """For commands that take as long as they take."""
        return self._replace(statement=0, idle=0)

    def limits(self, patience: float) -> dict[str, str]:
        """Returns what PostgreSQL is told in a transaction; `patience`: the seconds left for a lock."""
        seconds = {"lock": max(patience, LEAST_WAIT), "statement": self.statement, "idle": self.idle}
        return {name: f"{value * 1000:.0f}ms" for name, value in seconds.items()}


USUAL_TIMEOUTS = Timeouts()
