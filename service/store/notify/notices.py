"""Notices: the messages to subscribers, one for each change; ids, codes and instants, never words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
)

from service.store.notify.deliveries import deliveries, tries
from service.store.sql.columns import Json, Moment, metadata

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portfolio", Text),
    Column("seq", Integer),
    Column("type", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("noticed_at", Moment, nullable=False),
    Column("days", Integer),
    Column("data", Json, nullable=False),
    Column("process_key", Text),
    Column("process_version", Integer),
    UniqueConstraint("portfolio", "seq"),
    Index("ix_notices_noticed_at", "noticed_at"),
)
"""`seq`: gap-free in its portfolio, in the order in which they were noticed; a ping has neither. The id
follows from what it says, so that the same change never gets another."""


def id_of(type: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The id of a notice: the same for the same change, whoever finds it."""
    content = orjson.dumps([type, at, data], option=orjson.OPT_SORT_KEYS)
    return f"ntc_{sha256(content).hexdigest()[:32]}"


def add(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Enter notices: their columns."""
    if rows:
        tx.execute(insert(notices), rows)


def after(connection: Connection, numbers: Mapping[str, int], limit: int) -> Sequence[Row[Any]]:
    """The notices of each portfolio that come after these numbers."""
    columns = notices.c
    waiting = [and_(columns.portfolio == key, columns.seq > seq) for key, seq in numbers.items()]
    query = select(notices).where(or_(false(), *waiting))
    return connection.execute(query.order_by(columns.portfolio, columns.seq).limit(limit)).all()


def last(connection: Connection, portfolios: Sequence[str]) -> dict[str, int]:
    """The number of the latest notice of each of these that has any."""
    columns = notices.c
    query = select(columns.portfolio, func.max(columns.seq)).where(columns.portfolio.in_(portfolios))
    return {row[0]: row[1] for row in connection.execute(query.group_by(columns.portfolio))}


def purge(tx: Connection, before: datetime) -> int:
    """Forget what was noticed before this instant and is not still being delivered; how many."""
    open_still = select(deliveries.c.id).where(
        deliveries.c.notice == notices.c.id, deliveries.c.due_at.is_not(None)
    )
    old = select(notices.c.id).where(notices.c.noticed_at < before, ~open_still.exists()).limit(1000)
    ids = list(tx.execute(old).scalars())
    gone = select(deliveries.c.id).where(deliveries.c.notice.in_(ids))
    tx.execute(delete(tries).where(tries.c.delivery.in_(gone)))
    tx.execute(delete(deliveries).where(deliveries.c.notice.in_(ids)))
    tx.execute(delete(notices).where(notices.c.id.in_(ids)))
    return len(ids)
