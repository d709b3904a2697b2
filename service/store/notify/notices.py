"""Notices: the messages to subscribers, one for each change; ids, codes and instants, never words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa

from service.store.notify.deliveries import deliveries, tries
from service.store.sql.columns import Json, Moment, metadata

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text),
    sa.Column("seq", sa.Integer),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("noticed_at", Moment, nullable=False),
    sa.Column("days", sa.Integer),
    sa.Column("data", Json, nullable=False),
    sa.Column("process_key", sa.Text),
    sa.Column("process_version", sa.Integer),
    sa.UniqueConstraint("portfolio", "seq"),
    sa.Index("ix_notices_noticed_at", "noticed_at"),
)
"""`seq`: gap-free in its portfolio, in the order in which they were noticed; a ping has neither. The id
follows from what it says, so that the same change never gets another."""


def id_of(type: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The id of a notice: the same for the same change, whoever finds it."""
    content = orjson.dumps([type, at, data], option=orjson.OPT_SORT_KEYS)
    return f"ntc_{sha256(content).hexdigest()[:32]}"


def add(tx: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Enter notices: their columns."""
    if rows:
        tx.execute(sa.insert(notices), rows)


def after(connection: sa.Connection, numbers: Mapping[str, int], limit: int) -> Sequence[sa.Row[Any]]:
    """The notices of each portfolio that come after these numbers."""
    columns = notices.c
    waiting = [sa.and_(columns.portfolio == key, columns.seq > seq) for key, seq in numbers.items()]
    query = sa.select(notices).where(sa.or_(sa.false(), *waiting))
    return connection.execute(query.order_by(columns.portfolio, columns.seq).limit(limit)).all()


def last(connection: sa.Connection, portfolios: Sequence[str]) -> dict[str, int]:
    """The number of the latest notice of each of these that has any."""
    columns = notices.c
    query = sa.select(columns.portfolio, sa.func.max(columns.seq)).where(columns.portfolio.in_(portfolios))
    return {row[0]: row[1] for row in connection.execute(query.group_by(columns.portfolio))}


def purge(tx: sa.Connection, before: datetime) -> int:
    """Forget what was noticed before this instant and is not still being delivered; how many."""
    open_still = sa.select(deliveries.c.id).where(
        deliveries.c.notice == notices.c.id, deliveries.c.due_at.is_not(None)
    )
    old = sa.select(notices.c.id).where(notices.c.noticed_at < before, ~open_still.exists()).limit(1000)
    ids = list(tx.execute(old).scalars())
    gone = sa.select(deliveries.c.id).where(deliveries.c.notice.in_(ids))
    tx.execute(sa.delete(tries).where(tries.c.delivery.in_(gone)))
    tx.execute(sa.delete(deliveries).where(deliveries.c.notice.in_(ids)))
    tx.execute(sa.delete(notices).where(notices.c.id.in_(ids)))
    return len(ids)
