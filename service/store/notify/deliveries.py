"""Deliveries: each notice on its way to each webhook that wants it, and every try."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.store.notify.webhooks import webhooks
from service.store.sql.columns import Moment, metadata
from service.store.words.authentic import checked, code_of

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("webhook", sa.Text, sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("lease", sa.Text),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("ended_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("notice", "webhook"),
    sa.Index("ix_deliveries_due_at", "due_at"),
    sa.Index("ix_deliveries_webhook_id", "webhook", "id"),
)
"""`code`: over the columns before it. `state`: pending, delivered, failed or cancelled. `due_at`: when
somebody is to try, null when nobody is; while somebody tries (`lease` says who) it is when they are given
up. `round`: the tries of the present round, which began at `since`; a resend begins another. `status`,
`error`: of the last try."""

tries = sa.Table(
    "delivery_tries",
    metadata,
    sa.Column("delivery", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("milliseconds", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
)


def add(tx: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Deliveries to begin: id, webhook, notice, created_at; due at once."""
    if rows:
        tx.execute(sa.insert(deliveries), [_new(tx, row) for row in rows])


def _new(tx: sa.Connection, row: dict[str, Any]) -> dict[str, Any]:
    at = row["created_at"]
    fresh = {"state": "pending", "tries": 0, "round": 0, "since": at, "due_at": at}
    return {**fresh, **row, "code": code_of(tx, deliveries, [row["id"], row["webhook"], row["notice"]])}


def claim(
    tx: sa.Connection, lease: str, now: datetime, until: datetime, limit: int, busy: Collection[str]
) -> list[str]:
    """Take up to `limit` deliveries that are due, so that nobody else does before `until`. Not those of
    the webhooks that are `busy`. Whoever else is claiming is not waited for."""
    columns = deliveries.c
    due = (
        sa.select(columns.id)
        .where(columns.due_at <= now, columns.webhook.not_in(list(busy)))
        .order_by(columns.due_at, columns.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(tx.execute(due).scalars())
    if ids:
        tx.execute(sa.update(deliveries).where(columns.id.in_(ids)).values(lease=lease, due_at=until))
    return ids


def next_due(connection: sa.Connection) -> datetime | None:
    """The earliest instant at which a delivery is to be tried; None: none is."""
    query = sa.select(deliveries.c.due_at).where(deliveries.c.due_at.is_not(None))
    return connection.execute(query.order_by(deliveries.c.due_at).limit(1)).scalar()


def settle(tx: sa.Connection, lease: str, id: str, at: datetime, took: timedelta, **new: Any) -> bool:
    """Stores the result of a try; False when somebody else has taken the delivery meanwhile."""
    matching = (deliveries.c.id == id) & (deliveries.c.lease == lease)
    if tx.execute(sa.update(deliveries).where(matching).values(**new, lease=None)).rowcount == 0:
        return False
    tx.execute(
        sa.insert(tries),
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


def cancel(tx: sa.Connection, webhook: str, now: datetime) -> None:
    """Cancels the deliveries of this webhook that are still to be tried."""
    matching = (deliveries.c.webhook == webhook) & deliveries.c.due_at.is_not(None)
    tx.execute(
        sa.update(deliveries)
        .where(matching)
        .values(state="cancelled", due_at=None, lease=None, ended_at=now, error="webhook-disabled")
    )


def give_up(tx: sa.Connection, lease: str, ids: Collection[str], now: datetime) -> None:
    """Cancels deliveries that were claimed under this lease and are not to be tried."""
    matching = deliveries.c.id.in_(ids) & (deliveries.c.lease == lease)
    values = {"state": "cancelled", "due_at": None, "lease": None, "ended_at": now}
    tx.execute(sa.update(deliveries).where(matching).values(**values))


def begin_round(tx: sa.Connection, id: str, now: datetime) -> None:
    """Begins another round of tries of a delivery, at once."""
    fresh = {"state": "pending", "round": 0, "since": now, "due_at": now, "lease": None, "ended_at": None}
    tx.execute(sa.update(deliveries).where(deliveries.c.id == id).values(**fresh))


def date_back(tx: sa.Connection, now: datetime) -> None:
    """Makes what a clock that was ahead would have tried later due now, in a round that begins now."""
    later = deliveries.c.due_at.is_not(None) & (deliveries.c.since > now)
    tx.execute(sa.update(deliveries).where(later).values(since=now, due_at=now, lease=None))


def has_delivered_since(tx: sa.Connection, webhook: str, since: datetime) -> bool:
    """Returns whether anything reached this webhook since."""
    matching = (deliveries.c.webhook == webhook) & (deliveries.c.state == "delivered")
    query = sa.select(deliveries.c.id).where(matching, deliveries.c.ended_at >= since).limit(1)
    return tx.execute(query).first() is not None


def query(webhook: str) -> sa.Select[Any]:
    """A webhook's deliveries."""
    return sa.select(deliveries).where(deliveries.c.webhook == webhook)


def find(connection: sa.Connection, webhook: str, id: str) -> sa.Row[Any] | None:
    """One delivery of this webhook, or None."""
    return connection.execute(query(webhook).where(deliveries.c.id == id)).one_or_none()


def tries_of(connection: sa.Connection, id: str) -> Sequence[sa.Row[Any]]:
    """Every try of a delivery, in order."""
    return connection.execute(sa.select(tries).where(tries.c.delivery == id).order_by(tries.c.number)).all()


def with_webhooks(connection: sa.Connection, ids: Sequence[str]) -> Sequence[sa.Row[Any]]:
    """These deliveries, each with its webhook; without those that are not as this service wrote them."""
    joined: sa.Select[Any] = (
        sa.select(
            *deliveries.c["id", "webhook", "notice", "code", "tries", "round", "since"],
            *webhooks.c["content", "payload", "enabled"],
        )
        .join(webhooks, webhooks.c.id == deliveries.c.webhook)
        .where(deliveries.c.id.in_(ids))
    )
    rows = connection.execute(joined).all()
    return [row for row, is_ours in checked(connection, deliveries, rows) if is_ours]
