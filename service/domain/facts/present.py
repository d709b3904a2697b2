"""The instant at which what is recorded is judged."""

from datetime import datetime


def present(clock: datetime, latest: datetime) -> datetime:
    """Now, but not before the latest event: the clock of the process that wrote it may be ahead of this
    one's, and what is recorded is never in the future."""
    return max(clock, latest)
