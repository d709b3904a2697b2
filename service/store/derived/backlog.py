"""What waits to be sent, what waits to be followed, and how verdicts stand: figures, and no keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.store.derived.followers import cursors, followers
from service.store.derived.readiness_index import INDEX, counted
from service.store.derived.subscription_state import SUBSCRIPTIONS
from service.store.log.chains import chains, events
from service.store.notify.deliveries import deliveries
from service.store.sql.columns import Moment, micros

MOST = 10_000
"""So many waiting deliveries are looked at: what bounds the cost of asking."""


class Waiting(NamedTuple):
    """Deliveries that are not done, at most MOST of them, and since when the oldest of these waits."""

    open: int
    since: datetime | None


def waiting(connection: sa.Connection) -> Waiting:
    """The deliveries that are still to be tried."""
    due = deliveries.c.due_at
    some = sa.select(deliveries.c.since).where(due.is_not(None)).order_by(due).limit(MOST).subquery()
    return Waiting(*connection.execute(sa.select(sa.func.count(), sa.func.min(some.c.since))).one())


def behind(connection: sa.Connection, now: datetime) -> Sequence[sa.Row[Any]]:
    """Of each portfolio in which subscribers are told late: `events` not followed yet, when the first of them
    was recorded (`since`), how far time was followed (`at`), and the first instant that is `due`."""
    rows, is_subscription = SUBSCRIPTIONS.rows.c, followers.c.name == SUBSCRIPTIONS.name
    first_due = sa.select(sa.func.min(rows.due_at)).where(rows.portfolio == followers.c.portfolio)
    due = first_due.scalar_subquery()
    next_one = sa.and_(events.c.chain == chains.c.id, events.c.seq == followers.c.position + 1)
    query: sa.Select[Any] = (
        sa.select(
            (chains.c.seq - followers.c.position).label("events"),
            events.c.at.label("since"),
            sa.type_coerce(followers.c.at, Moment).label("at"),
            sa.type_coerce(due, Moment).label("due"),
        )
        .select_from(followers)
        .join(chains, chains.c.key == followers.c.portfolio)
        .outerjoin(events, next_one)
        .where(is_subscription, sa.or_(followers.c.position < chains.c.seq, due < micros(now)))
    )
    return connection.execute(query).all()


def verdict_counts(connection: sa.Connection) -> dict[str, int]:
    """The number of live concepts by verdict, as they were when verdicts were last worked out for a page."""
    return dict(counted(cursors(connection, INDEX, None)))
