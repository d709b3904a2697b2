"""Webhooks: which portfolios and types each subscribes to. Its address and secrets are sealed elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.store.nouns.recorded import revision_columns
from service.store.sql.columns import Json, Moment, metadata
from service.store.sql.upserts import upsert
from service.store.words.contents import with_words

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("portfolios", Json),
    sa.Column("types", Json, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("days", sa.Integer, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("disabled_reason", sa.Text),
    sa.Column("since", Moment, nullable=False),
    *revision_columns(),
)
"""`portfolios` null: all of them. `days`: what expires within so many is expiring. `since`: it is told of
what happens from this instant on. `content`: address and description."""

worker_lease = sa.Table(
    "delivery_worker",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", Moment, nullable=False),
)
"""On SQLite one worker at a time: whoever holds the one row."""


def query() -> sa.Select[Any]:
    """Webhooks with their words."""
    return with_words(webhooks)


def find(connection: sa.Connection, id: str) -> sa.Row[Any] | None:
    """One webhook, or None."""
    return connection.execute(query().where(webhooks.c.id == id)).one_or_none()


def portfolios_by_webhook(connection: sa.Connection, id: str | None = None) -> dict[str, list[str] | None]:
    """The portfolios of webhooks by id, of this one or of all; None: it is told of every portfolio."""
    columns = webhooks.c
    wanted: sa.Select[Any] = sa.select(columns.id, columns.portfolios)
    if id is not None:
        wanted = wanted.where(columns.id == id)
    return {row.id: row.portfolios for row in connection.execute(wanted)}


def enabled(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """The webhooks that are enabled."""
    columns = webhooks.c
    wanted: sa.Select[Any] = sa.select(
        columns.id, columns.portfolios, columns.types, columns.days, columns.since
    )
    return connection.execute(wanted.where(columns.enabled).order_by(columns.id)).all()


def disable(tx: sa.Connection, id: str, reason: str) -> bool:
    """Disables a webhook; False if it was disabled already."""
    matching = (webhooks.c.id == id) & webhooks.c.enabled
    values = {"enabled": False, "disabled_reason": reason, "revision": webhooks.c.revision + 1}
    return tx.execute(sa.update(webhooks).where(matching).values(**values)).rowcount == 1


def end_lease(tx: sa.Connection, holder: str) -> None:
    """Gives the lease back, so that the next worker need not wait."""
    tx.execute(sa.delete(worker_lease).where(worker_lease.c.holder == holder))


_TAKE_LEASE = upsert(
    worker_lease,
    "delivery_worker.holder = excluded.holder OR delivery_worker.until <= :now",
    sa.bindparam("now", type_=Moment),
)


def take_lease(tx: sa.Connection, holder: str, now: datetime, until: datetime) -> bool:
    """Takes or keeps the one lease of a sender until then; False while another worker has it."""
    return _TAKE_LEASE.run(tx, name="the one", holder=holder, until=until, now=now) > 0
