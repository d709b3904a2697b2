"""The delivery log of a webhook: read, send again, and a test."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.page import Page
from schemas.webhook import Delivery, DeliveryDetails, DeliveryState, Try
from service.domain.record.webhook import WebhookPinged, WebhookResent
from service.store.log.chains import ORGANISATION
from service.store.notify import deliveries
from service.store.notify.notices import notices
from service.store.sql.engine import Database
from service.usecases.errors import not_found, refused_field, require
from service.usecases.notify.outbox import enter_ping
from service.usecases.notify.webhooks import no_webhook, visible_webhook
from service.usecases.paging import PageRequest, paged
from service.usecases.unit_of_work import Caller, Work, work_on
from service.usecases.views import show_row

no_delivery = partial(not_found, "delivery")
webhook_disabled = partial(
    refused_field,
    "webhook-disabled",
    "Nothing is sent to a webhook that is disabled.",
    "path.webhook",
    "is disabled",
    "PATCH it with enabled: true first",
)
TABLE = deliveries.deliveries


def list_deliveries(
    db: Database, caller: Caller, wanted: PageRequest, webhook: str, state: DeliveryState | None
) -> Page[Delivery]:
    """A webhook's deliveries, done or not, in the order of their notices."""
    with db.reading() as connection:
        visible_webhook(connection, caller, webhook)
        query = _query(webhook)
        if state is not None:
            query = query.where(TABLE.c.state == state)
        return paged(connection, "deliveries", query, TABLE.c.id, wanted, _show)


def get_delivery(db: Database, caller: Caller, webhook: str, id: str) -> DeliveryDetails:
    """One delivery, with every try."""
    with db.reading() as connection:
        visible_webhook(connection, caller, webhook)
        shown = _show(_find(connection, webhook, id))
        log = [show_row(Try, each) for each in deliveries.tries_of(connection, id)]
        return DeliveryDetails(**shown.model_dump(), log=log)


def resend_delivery(db: Database, caller: Caller, webhook: str, id: str) -> Delivery:
    """Delivers once more, under the same id, with a new round of tries."""
    with work_on(db, caller, ORGANISATION, no_webhook) as work:
        hook = visible_webhook(work.tx, caller, webhook)
        require(deliveries.find(work.tx, webhook, id), no_delivery)
        _require_enabled(hook)
        work.once(lambda: _resend(work, webhook, id))
        return _show(_find(work.tx, webhook, id))


def ping_webhook(db: Database, caller: Caller, webhook: str) -> Delivery:
    """A test: a notice of type webhook.ping for this webhook alone."""
    with work_on(db, caller, ORGANISATION, no_webhook) as work:
        hook = visible_webhook(work.tx, caller, webhook)
        _require_enabled(hook)
        return _show(_find(work.tx, webhook, work.once(lambda: _ping(work, webhook))))


def _require_enabled(hook: Row[Any]) -> None:
    if not hook.enabled:
        raise webhook_disabled()


def _resend(work: Work, webhook: str, id: str) -> str:
    deliveries.begin_round(work.tx, id, work.now)
    work.record(WebhookResent(webhook=webhook, delivery=id), webhook)
    return id


def _ping(work: Work, webhook: str) -> str:
    delivery = work.new_id("dlv")
    enter_ping(work.tx, work.new_id("ntc"), webhook, work.now, delivery)
    work.record(WebhookPinged(webhook=webhook, delivery=delivery), webhook)
    return delivery


def _query(webhook: str) -> Any:
    joined = deliveries.query(webhook).join(notices, notices.c.id == TABLE.c.notice)
    return joined.add_columns(notices.c.type, notices.c.at)


def _find(connection: Connection, webhook: str, id: str) -> Row[Any]:
    row: Row[Any] | None = connection.execute(_query(webhook).where(TABLE.c.id == id)).one_or_none()
    return require(row, no_delivery)


def _show(row: Row[Any]) -> Delivery:
    return show_row(
        Delivery,
        row,
        occurred_at=row.at,
        next_try_at=row.due_at,
        last_status=row.status,
        last_error=row.error,
    )
