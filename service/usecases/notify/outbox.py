"""The outbox: notices, and a delivery of each to every webhook that is subscribed to it, are written in one
transaction, so that none is lost and none is sent twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.flips import NoticeData, NoticeType
from service.store.notify import deliveries, notices, webhooks
from service.store.sql.ids import new_id

EXPIRING = "readiness.expiring"


class NewNotice(NamedTuple):
    """A notice that is due. `order`: among those of the same instant."""

    type: NoticeType
    at: datetime
    order: tuple[int, int]
    data: NoticeData
    process: tuple[str, int]


def enter(tx: Connection, portfolio: str, count: int, due: Sequence[NewNotice], now: datetime) -> int:
    """Adds notices to the `count` that the portfolio has, and a delivery for each webhook that is subscribed;
    returns how many notices there are then."""
    rows = {row["id"]: row for row in (_row(portfolio, each, now) for each in due)}
    known = notices.make_way(tx, portfolio, rows.keys(), count) if rows else set()
    new = [row for id, row in rows.items() if id not in known]
    for number, row in enumerate(new, start=count + 1):
        row["seq"] = number
    notices.add(tx, new)
    if new:
        listening = webhooks.enabled(tx)
        sent = [(hook, row) for row in new for hook in listening if wants(hook, row)]
        # In the order of the notices, though all are of one instant.
        ids = sorted(new_id("dlv", now) for _ in sent)
        rows_of = zip(ids, sent, strict=True)
        deliveries.add(tx, [_delivery(id, hook.id, row["id"], now) for id, (hook, row) in rows_of])
    return count + len(new)


def wants(hook: Row[Any], notice: dict[str, Any]) -> bool:
    """Returns whether this webhook is subscribed to this notice."""
    return (
        notice["type"] in hook.types
        and notice["at"] >= hook.since
        and (hook.portfolios is None or notice["portfolio"] in hook.portfolios)
        and (notice["type"] != EXPIRING or notice["days"] == hook.days)
    )


def enter_ping(tx: Connection, id: str, webhook: str, now: datetime, delivery: str) -> None:
    """A test for one webhook."""
    row = {"id": id, "type": "webhook.ping", "at": now, "noticed_at": now, "data": {"webhook": webhook}}
    notices.add(tx, [row])
    deliveries.add(tx, [_delivery(delivery, webhook, id, now)])


def _delivery(id: str, webhook: str, notice: str, now: datetime) -> dict[str, Any]:
    return {"id": id, "webhook": webhook, "notice": notice, "created_at": now}


def _row(portfolio: str, notice: NewNotice, now: datetime) -> dict[str, Any]:
    data = notice.data.model_dump(mode="json", exclude={"readiness"})
    key, version = notice.process
    return {
        "id": notices.id_of(notice.type, notice.at, data),
        "portfolio": portfolio,
        "type": notice.type,
        "at": notice.at,
        "noticed_at": now,
        "days": notice.data.days,
        "data": data,
        "process_key": key,
        "process_version": version,
    }
