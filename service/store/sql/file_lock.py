"""SQLite's file, which one writer at a time may hold: those of this process wait in turn, others hold it too.

Another program (a backup, a forgotten shell) may hold it for long. SQLite's own wait is short, since readers
wait in the event loop; writers try again for as long as they may wait.
"""

from threading import Lock
from time import monotonic

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from service.store.sql.faults import Busy, Fault, fault_of

LOCKED = "Another program holds the database's file locked."
LOCKED_SECONDS = 0.5
"""So long nobody asks again for a file that was locked."""


class FileLock:
    """The lock of one database's file."""

    def __init__(self) -> None:
        self.locked_until = 0.0
        """Until then readers do without the file, by the monotonic clock; mostly long past."""
        self._tried_in_vain = -LOCKED_SECONDS
        # More fair than waiting for the file.
        self._turn = Lock()

    def take_turn(self, patience: float) -> None:
        """Waits for the other writers of this process. Raises Busy after so many seconds."""
        if not self._turn.acquire(timeout=max(0.0, patience)):
            raise Busy

    def is_free(self) -> bool:
        """Takes the turn if no writer of this process has it; returns whether it did."""
        return self._turn.acquire(blocking=False)

    def end_turn(self) -> None:
        """Lets the next writer of this process begin."""
        self._turn.release()

    def begin(self, connection: sa.Connection, patience: float) -> None:
        """Takes SQLite's lock as a transaction begins: a lock taken halfway fails instead of waiting."""
        now = monotonic()
        until = now + patience
        if until <= now < self._tried_in_vain + LOCKED_SECONDS:
            raise Busy(LOCKED)
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except DBAPIError as error:
                if fault_of(error) is not Fault.BUSY:
                    raise
                self._tried_in_vain = monotonic()
                if self._tried_in_vain >= until:
                    raise Busy(LOCKED) from None

    def require_unlocked(self) -> None:
        """Raises Busy for a moment after a reader found the file locked."""
        if monotonic() < self.locked_until:
            raise Busy(LOCKED)
        self.locked_until = 0.0

    def note(self, error: BaseException) -> bool:
        """Returns whether a reader found the file locked: then the next ones do without it for a moment."""
        is_locked = fault_of(error) is Fault.BUSY and not isinstance(error, Busy)
        if is_locked:
            self.locked_until = monotonic() + LOCKED_SECONDS
        return is_locked
