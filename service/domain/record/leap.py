"""Events of clocks that had leaped ahead."""

from datetime import datetime

from service.domain.record.event import Event, event


@event("leap.ended", of="clock", is_folded=True)
class LeapEnded(Event, frozen=True):
    """A clock had leaped ahead. From here on instants follow the clock again, though they are earlier."""

    first: int
    """The position of the first event that the leaped clock dated."""
    until: datetime
    """The instant of the last one."""
