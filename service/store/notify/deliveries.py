"""Deliveries: each notice on its way to each webhook that wants it, and every try."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)

from service.store.notify.webhooks import webhooks
from service.store.sql.columns import Moment, metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("webhook", Text, ForeignKey("webhooks.id"), nullable=False),
    Column("notice", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("due_at", Moment),
    Column("lease", Text),
    Column("status", Integer),
    Column("error", Text),
    Column("ended_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("notice", "webhook"),
    Index("ix_deliveries_due_at", "due_at"),
    Index("ix_deliveries_webhook_id", "webhook", "id"),
)
"""`state`: pending, delivered, failed or cancelled. `due_at`: when somebody is to try, null when nobody is;
while somebody tries (`lease` says who) it is when they are given up. `round`: the tries of the present round,
which began at `since`; a resend begins another. `status`, `error`: of the last try."""

tries = Table(
    "delivery_tries",
    metadata,
    Column("delivery", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status", Integer),
    Column("error", Text),
)


def add(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Deliveries to begin: id, webhook, notice, created_at; due at once."""
    if rows:
        fresh = {"state": "pending", "tries": 0, "round": 0}
        tx.execute(
            insert(deliveries),
            [{**fresh, **row, "since": row["created_at"], "due_at": row["created_at"]} for row in rows],
        )


def claim(
    tx: Connection, lease: str, now: datetime, until: datetime, limit: int, busy: Collection[str]
) -> list[str]:
    """Take up to `limit` deliveries that are due, so that nobody else does before `until`. Not those of
    the webhooks that are `busy`. Whoever else is claiming is not waited for."""
    columns = deliveries.c
    due = (
        select(columns.id)
        .where(columns.due_at <= now, columns.webhook.not_in(list(busy)))
        .order_by(columns.due_at, columns.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(tx.execute(due).scalars())
    if ids:
        tx.execute(update(deliveries).where(columns.id.in_(ids)).values(lease=lease, due_at=until))
    return ids


def next_due(connection: Connection) -> datetime | None:
    """The earliest instant at which a delivery is to be tried; None: none is."""
    query = select(deliveries.c.due_at).where(deliveries.c.due_at.is_not(None))
    return connection.execute(query.order_by(deliveries.c.due_at).limit(1)).scalar()


def settle(tx: Connection, lease: str, id: str, at: datetime, took: timedelta, **new: Any) -> bool:
    """Stores the result of a try; False when somebody else has taken the delivery meanwhile."""
    matching = (deliveries.c.id == id) & (deliveries.c.lease == lease)
    if tx.execute(update(deliveries).where(matching).values(**new, lease=None)).rowcount == 0:
        return False
    tx.execute(
        insert(tries),
        {
            "delivery": id,
            "number": new["tries"],
            "at": at,
            "milliseconds": round(took / timedelta(milliseconds=1)),
            "status": new["status"],
            "error": new["error"],
        },
    )
    return True


def cancel(tx: Connection, webhook: str, now: datetime) -> None:
    """Cancels the deliveries of this webhook that are still to be tried."""
    matching = (deliveries.c.webhook == webhook) & deliveries.c.due_at.is_not(None)
    tx.execute(
        update(deliveries)
        .where(matching)
        .values(state="cancelled", due_at=None, lease=None, ended_at=now, error="webhook-disabled")
    )


def begin_round(tx: Connection, id: str, now: datetime) -> None:
    """Begins another round of tries of a delivery, at once."""
    fresh = {"state": "pending", "round": 0, "since": now, "due_at": now, "lease": None, "ended_at": None}
    tx.execute(update(deliveries).where(deliveries.c.id == id).values(**fresh))


def has_delivered_since(tx: Connection, webhook: str, since: datetime) -> bool:
    """Returns whether anything reached this webhook since."""
    matching = (deliveries.c.webhook == webhook) & (deliveries.c.state == "delivered")
    query = select(deliveries.c.id).where(matching, deliveries.c.ended_at >= since).limit(1)
    return tx.execute(query).first() is not None


def query(webhook: str) -> Select[Any]:
    """A webhook's deliveries."""
    return select(deliveries).where(deliveries.c.webhook == webhook)


def find(connection: Connection, webhook: str, id: str) -> Row[Any] | None:
    """One delivery of this webhook, or None."""
    return connection.execute(query(webhook).where(deliveries.c.id == id)).one_or_none()


def tries_of(connection: Connection, id: str) -> Sequence[Row[Any]]:
    """Every try of a delivery, in order."""
    return connection.execute(select(tries).where(tries.c.delivery == id).order_by(tries.c.number)).all()


def with_webhooks(connection: Connection, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """These deliveries, each with its webhook."""
    joined: Select[Any] = (
        select(
            *deliveries.c["id", "webhook", "notice", "tries", "round", "since"],
            *webhooks.c["content", "payload", "enabled"],
        )
        .join(webhooks, webhooks.c.id == deliveries.c.webhook)
        .where(deliveries.c.id.in_(ids))
    )
    return connection.execute(joined).all()
