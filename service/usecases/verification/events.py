"""Events as they are verified: raw rows, which may be anything."""

from typing import Any

from msgspec import MsgspecError
from sqlalchemy import Row

from service.domain.record.catalogue import read
from service.domain.record.event import LogEntry
from service.store.sql.columns import EPOCH, MICROSECOND
from service.store.sql.keyring import Damaged, WrongKey

UNREADABLE = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError),
    *(MsgspecError, Damaged, WrongKey),
)
"""What reading rows raises that somebody meddled with."""


def entry_of(row: Row[Any]) -> LogEntry[Any] | None:
    """The event of a raw row; None for what is none. Whether it is what was recorded, its chain tells."""
    try:
        at, event = EPOCH + row.at * MICROSECOND, read(row.type, row.data)
    except (MsgspecError, TypeError, ValueError, ArithmeticError):
        return None
    is_entry = isinstance(row.seq, int)
    return LogEntry(row.seq, at, row.stream, row.actor, row.digest, event) if is_entry else None


def require_lists(concept: Any) -> None:
    """Raises ValueError unless the lists by which a concept's events are found can be asked with."""
    for each in (concept.team_ever, concept.segments_ever):
        if not (isinstance(each, list) and all(isinstance(item, str) for item in each)):
            raise ValueError("no list of names")
    if not concept.segments_ever:
        raise ValueError("no segment, not even the primary one")
