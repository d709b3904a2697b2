"""Events as they are verified: raw rows, which may be anything."""

from typing import Any

import orjson
from sqlalchemy import Row

from service.domain.facts.model import Recorded
from service.store.sql.columns import EPOCH, MICROSECOND


def recorded(row: Row[Any]) -> Recorded | None:
    """The event of a raw row; None for what is none. Whether it is what was recorded, its chain tells."""
    try:
        at, data = EPOCH + row.at * MICROSECOND, orjson.loads(row.data)
    except (TypeError, ValueError, ArithmeticError):
        return None
    is_event = isinstance(data, dict) and isinstance(row.seq, int)
    return Recorded(row.seq, at, row.type, row.stream, row.actor, row.digest, data) if is_event else None
