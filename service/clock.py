"""The one place that reads the clock."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
TOLERANCE = timedelta(minutes=5)
"""So much may clocks differ: of two machines, or of one before and after it was set."""


def now() -> datetime:
    """Returns this instant, in UTC."""
    return datetime.now(UTC)


class ClockDiffers(Exception):
    """This machine's clock differs from another by more than TOLERANCE. `other`: what it would be by that
    one."""

    def __init__(self, ours: datetime, other: datetime, whose: str) -> None:
        super().__init__(
            f"This machine's clock says {as_text(ours)}, {whose} {as_text(other)}:"
            " more than five minutes apart."
        )


def as_text(instant: datetime) -> str:
    """Returns an instant as the API writes it, to the second."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def elapsed() -> timedelta | None:
    """Returns the time since some beginning: nobody sets it, and while the machine sleeps it goes on. None
    where the system counts no such time."""
    source = getattr(time, "CLOCK_BOOTTIME", None)
    if source is None and sys.platform == "darwin":
        source = time.CLOCK_MONOTONIC  # goes on in sleep there, as nowhere else
    return None if source is None else timedelta(seconds=time.clock_gettime(source))


class ClockWatch:
    """Compares this machine's clock with the time that passed since it was compared last, and with other
    clocks."""

    def __init__(self, clock: Clock = now, elapsed: Callable[[], timedelta | None] = elapsed) -> None:
        self._clock, self._elapsed = clock, elapsed
        self._last = clock(), elapsed()

    def check(self, database: datetime | None = None) -> None:
        """Raises ClockDiffers where the clock was set by more than TOLERANCE, or is that far from the
        database's."""
        ours, passed = self._clock(), self._elapsed()
        if database is not None and abs(ours - database) > TOLERANCE:
            raise ClockDiffers(ours, database, "the database's")
        before, passed_before = self._last
        if passed is not None and passed_before is not None:
            expected = before + (passed - passed_before)
            if abs(ours - expected) > TOLERANCE:
                raise ClockDiffers(ours, expected, "by the time that passed since it was right it would be")
        # From here on: small steps, by which a clock is kept right, never add up.
        self._last = ours, passed
