"""The gauges for an operator that only the database knows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from service.store.derived import backlog
from service.store.sql.engine import Database


class Figures(NamedTuple):
    """Ages and lags in seconds; 0 when nothing waits."""

    verdicts: Mapping[str, int]
    deliveries: int
    oldest_delivery: float
    unfollowed_events: int
    sweep_lag: float


def figures(db: Database, now: datetime) -> Figures:
    """Three bounded statements."""
    with db.reading() as connection:
        waiting, behind = backlog.waiting(connection), backlog.behind(connection, now)
        verdicts = backlog.verdict_counts(connection)
    return Figures(
        verdicts=verdicts,
        deliveries=waiting.open,
        oldest_delivery=_seconds(waiting.since, now),
        unfollowed_events=sum(row.events for row in behind),
        sweep_lag=max((_lag(row, now) for row in behind), default=0),
    )


def _lag(row: Row[Any], now: datetime) -> float:
    """Since when something waits: an event, or an instant. What is to be looked at anew is due at once."""
    due = None if row.due is None else max(row.due, row.at)
    return max(_seconds(row.since, now), _seconds(due, now))


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else max((now - since).total_seconds(), 0)
