"""Decisions as they are verified: the events that stated them, and their rows as they are stored."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from service.domain.record.decision import DecisionStated
from service.store.log.chains import events
from service.store.nouns.decisions import decisions
from service.store.reading.raw_log import RAW, RAW_EVENT

_STATED = RAW_EVENT.where(events.c.type == DecisionStated.type).order_by(events.c.seq)
_ROWS: sa.Select[Any] = sa.select(
    *(
        sa.type_coerce(column, RAW.get(type(column.type), column.type)).label(column.name)
        for column in decisions.c
    )
)


def stating_events(connection: sa.Connection, concepts: Sequence[str]) -> list[sa.Row[Any]]:
    """The events by which decisions of these concepts were stated, in order."""
    return list(connection.execute(_STATED.where(events.c.stream.in_(concepts))))


def rows_of(connection: sa.Connection, concepts: Sequence[str]) -> list[sa.Row[Any]]:
    """The rows of the decisions of these concepts."""
    return list(connection.execute(_ROWS.where(decisions.c.concept.in_(concepts))))
