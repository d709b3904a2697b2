"""What waits to be sent, what waits to be followed, and how verdicts stand: figures, and no keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from service.store.derived.readiness_index import verdict_counts
from service.store.derived.subscription_state import watched, watched_concepts
from service.store.log.chains import chains, events
from service.store.notify.deliveries import deliveries

MOST = 10_000
"""So many waiting deliveries are looked at: what bounds the cost of asking."""


class Waiting(NamedTuple):
    """Deliveries that are not done, at most MOST of them, and since when the oldest of these waits."""

    open: int
    since: datetime | None


def waiting(connection: Connection) -> Waiting:
    """What somebody is still to try."""
    due = deliveries.c.due_at
    some = select(deliveries.c.since).where(due.is_not(None)).order_by(due).limit(MOST).subquery()
    return Waiting(*connection.execute(select(func.count(), func.min(some.c.since))).one())


def behind(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    """Of each watched portfolio that is behind: `events` not followed yet, when the first of them was
    recorded (`since`), how far time was followed (`at`), and the first instant that is `due`."""
    mine = watched_concepts.c.portfolio == watched.c.portfolio
    due = select(func.min(watched_concepts.c.next_at)).where(mine).scalar_subquery()
    next_one = and_(events.c.chain == chains.c.id, events.c.seq == watched.c.position + 1)
    query: Select[Any] = (
        select(
            (chains.c.seq - watched.c.position).label("events"),
            events.c.at.label("since"),
            watched.c.at,
            due.label("due"),
        )
        .select_from(watched)
        .join(chains, chains.c.key == watched.c.portfolio)
        .outerjoin(events, next_one)
        .where(or_(watched.c.position < chains.c.seq, due < now))
    )
    return connection.execute(query).all()


def standing(connection: Connection) -> dict[str, int]:
    """How many live concepts had which verdict when verdicts were last worked out for a page."""
    query = select(verdict_counts.c.verdict, func.sum(verdict_counts.c.count))
    return {row[0]: int(row[1]) for row in connection.execute(query.group_by(verdict_counts.c.verdict))}
