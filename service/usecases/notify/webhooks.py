"""Webhooks: subscribe, change, rotate the secret, read. Address and secrets are sealed, and shown once."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from secrets import token_bytes
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row

from schemas.page import Page
from schemas.webhook import (
    DisabledReason,
    NewSecret,
    NewWebhook,
    RotateSecretIn,
    Webhook,
    WebhookIn,
    WebhookPatch,
)
from service.clock import Clock
from service.domain.record.webhook import WebhookChanged, WebhookCreated, WebhookDisabled, WebhookRotated
from service.store.log.chains import ORGANISATION
from service.store.notify import deliveries, webhooks
from service.store.nouns import portfolios
from service.store.sql.engine import Database
from service.store.words import secrets
from service.usecases.errors import Refused, invalid, no_such_portfolio, not_found, require
from service.usecases.notify.projector import subscribe
from service.usecases.paging import PageRequest, paged
from service.usecases.unit_of_work import BOT, Caller, Work, work_on
from service.usecases.views import etag_of, show_row

no_webhook = partial(not_found, "webhook")
SECRET_BYTES = 32
TABLE = webhooks.webhooks


def create_webhook(db: Database, caller: Caller, body: WebhookIn) -> NewWebhook:
    """A new subscription. Its secret is in this answer and nowhere else."""
    with work_on(db, caller, ORGANISATION, no_webhook) as work:
        _require_portfolios(work.tx, caller, body.portfolios)
        made: list[bytes] = []
        row = _find(work.tx, work.once(lambda: _create(work, body, made)))
        return NewWebhook(**_show(row).model_dump(), secret=_shown_once(made, row.id)).tagged(etag_of(row))


def change_webhook(db: Database, caller: Caller, id: str, body: WebhookPatch) -> Webhook:
    """Changes a webhook: its address, types or portfolios, or whether it is enabled."""
    with work_on(db, caller, ORGANISATION, no_webhook) as work:
        row = visible_webhook(work.tx, caller, id)
        if "portfolios" in body.model_fields_set:
            _require_portfolios(work.tx, caller, body.portfolios)
        work.once(lambda: _change(work, row, body))
        return _show(_find(work.tx, id))


def rotate_webhook_secret(db: Database, caller: Caller, id: str, body: RotateSecretIn) -> NewSecret:
    """A new secret; the old one signs beside it for the overlap, and no longer."""
    with work_on(db, caller, ORGANISATION, no_webhook) as work:
        visible_webhook(work.tx, caller, id)
        made: list[bytes] = []
        until = work.now + timedelta(hours=body.overlap_hours)
        work.once(lambda: _rotate(work, id, until, made))
        return NewSecret(webhook=id, secret=_shown_once(made, id), old_until=until)


def get_webhook(db: Database, caller: Caller, id: str) -> Webhook:
    """One subscription."""
    with db.reading() as connection:
        return _show(visible_webhook(connection, caller, id))


def list_webhooks(db: Database, caller: Caller, wanted: PageRequest) -> Page[Webhook]:
    """Subscriptions in the order in which they were made, but for those that reach beyond what the caller
    sees."""
    with db.reading() as connection:
        query = webhooks.query()
        if caller.portfolios is not None:
            query = query.where(TABLE.c.id.in_(_visible_ids(connection, caller)))
        return paged(connection, "webhooks", query, TABLE.c.id, wanted, _show)


def disable(db: Database, caller: Caller, id: str, reason: DisabledReason) -> None:
    """By what came of its deliveries: nothing more is sent there, until somebody enables it again."""
    with work_on(db, caller, ORGANISATION, no_webhook) as work:
        if webhooks.disable(work.tx, id, reason):
            deliveries.cancel(work.tx, id, work.now)
            work.record(WebhookDisabled(id, reason), id)


def service_caller(clock: Clock) -> Caller:
    """The caller of what the service does by itself: the log names no person."""
    return Caller(BOT, clock)


def visible_webhook(connection: Connection, caller: Caller, id: str) -> Row[Any]:
    """The webhook; one that reaches beyond what the caller sees is not there."""
    if id not in _visible_ids(connection, caller, id):
        raise no_webhook()
    return _find(connection, id)


def _visible_ids(connection: Connection, caller: Caller, id: str | None = None) -> list[str]:
    """Ids of the webhooks (of all, or of this one) whose portfolios the caller sees, all of them."""
    return [
        each
        for each, portfolios in webhooks.portfolios_by_webhook(connection, id).items()
        if caller.portfolios is None or (portfolios is not None and caller.portfolios.issuperset(portfolios))
    ]


def _create(work: Work, body: WebhookIn, made: list[bytes]) -> str:
    id = work.new_id("whk")
    stored = work.store_words(url=body.url, description=body.description)
    event = WebhookCreated(
        webhook=id,
        types=_each_once(body.types),
        portfolios=None if body.portfolios is None else _each_once(body.portfolios),
        payload=body.payload,
        expiring_within_days=body.expiring_within_days,
        commitment=stored.commitment,
    )
    columns = {"days": body.expiring_within_days, "enabled": True, "since": work.now, "revision": 1}
    work.enter(TABLE, event, id, stored, id=id, **columns, **work.stamp("created"))
    made.append(_add_secret(work, id))
    subscribe(work.tx, event.portfolios, work.now)
    return id


def _change(work: Work, row: Row[Any], body: WebhookPatch) -> str:
    work.expect(etag_of(row))
    is_described = "description" in body.model_fields_set
    stored = work.store_words(
        url=body.url or row.words["url"],
        description=body.description if is_described else row.words["description"],
    )
    portfolios = body.portfolios if "portfolios" in body.model_fields_set else row.portfolios
    enabled = row.enabled if body.enabled is None else body.enabled
    event = WebhookChanged(
        webhook=row.id,
        types=_each_once(body.types or row.types),
        portfolios=None if portfolios is None else _each_once(portfolios),
        payload=body.payload or row.payload,
        expiring_within_days=body.expiring_within_days or row.days,
        enabled=enabled,
        commitment=stored.commitment,
    )
    work.record(event, row.id, stored.id)
    columns = {
        **{name: getattr(event, name) for name in ("types", "portfolios", "payload", "enabled")},
        "days": event.expiring_within_days,
        "content": stored.id,
    }
    if enabled and not row.enabled:
        columns |= {"since": work.now, "disabled_reason": None}
    if row.enabled and not enabled:
        columns |= {"disabled_reason": "asked"}
        deliveries.cancel(work.tx, row.id, work.now)
    work.update(TABLE, row.id, **columns, revision=row.revision + 1)
    subscribe(work.tx, event.portfolios, work.now)
    return str(row.id)


def _rotate(work: Work, id: str, until: datetime, made: list[bytes]) -> str:
    secrets.retire(work.tx, id, until)
    made.append(_add_secret(work, id))
    work.record(WebhookRotated(id, until), id)
    return id


def _add_secret(work: Work, id: str) -> bytes:
    secret = token_bytes(SECRET_BYTES)
    secrets.add(work.tx, id, secret, work.now)
    return secret


def _shown_once(made: list[bytes], id: str) -> str:
    """The secret as Standard Webhooks writes it. A request that is sent again gets none: it was shown."""
    if not made:
        raise Refused("secret-shown", f"It was shown to the first request with this key. Its id is {id}.")
    return f"whsec_{b64encode(made[0]).decode()}"


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _require_portfolios(tx: Connection, caller: Caller, named: Any) -> None:
    if named is None:
        if caller.portfolios is not None:
            rule = "must name portfolios that this token sees"
            raise invalid("body.portfolios", rule, "name them")
        return
    for index, key in enumerate(named):
        if not caller.sees(key) or portfolios.find(tx, key) is None:
            raise no_such_portfolio(f"body.portfolios.{index}")


def _find(connection: Connection, id: str) -> Row[Any]:
    return require(webhooks.find(connection, id), no_webhook)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _show(row: Row[Any]) -> Webhook:
    words = row.words or {}
    return show_row(
        Webhook,
        row,
        origin=_origin(words.get("url", "")),
        expiring_within_days=row.days,
        description=words.get("description"),
    )
