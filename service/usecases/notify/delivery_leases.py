"""What a worker does between sendings: it notes the results of attempts and leases what is due, in one
transaction."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from schemas.webhook import DeliveryError
from service.clock import Clock
from service.domain.notify.retries import after_try
from service.domain.verdict.for_bots import for_bots
from service.store.notify import deliveries, notices, webhooks
from service.store.notify.notices import Notice
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.store.words import secrets
from service.store.words.contents import words_of
from service.usecases.notify.webhooks import disable, service_caller
from service.usecases.processes.processes import published
from service.usecases.verdicts.cases import VerdictQuery, judge

log = logging.getLogger("gateproof")

WORKER_LEASE = timedelta(seconds=30)
"""How long the one worker that sends on SQLite may be silent before another takes its place."""
NOTICE_LIFETIME = timedelta(days=30)


class LeasedDelivery(NamedTuple):
    """A delivery to try, leased under the name `lease`. `round`: tries before this one in the present round,
    which began at `since`."""

    id: str
    lease: str
    webhook: str
    notice: str
    url: str
    secrets: Sequence[bytes]
    body: bytes
    tries: int
    round: int
    since: datetime


class DeliveryResult(NamedTuple):
    """The result of an attempt to deliver."""

    job: LeasedDelivery
    at: datetime
    took: timedelta
    status: int | None
    error: DeliveryError | None
    retry_after: timedelta | None
    jitter: float


class DeliveryWorker(NamedTuple):
    """A worker. `lease`: how long others leave alone what it leased."""

    name: str
    lease: timedelta
    public_url: str


def is_due(db: Database, now: datetime) -> bool:
    """Returns whether there is anything to send."""
    with db.reading() as connection:
        due = deliveries.next_due(connection)
    return due is not None and due <= now


def exchange(
    db: Database,
    clock: Clock,
    worker: DeliveryWorker,
    results: Sequence[DeliveryResult],
    limit: int,
    busy: Collection[str],
) -> list[LeasedDelivery]:
    """Notes results, and leases up to `limit` other deliveries; none while another worker has the lease."""
    now, ended, lease = clock(), [], f"{worker.name}.{token_hex(8)}"
    with db.writing() as tx:
        for each in results:
            ended += _settle(tx, each)
        if limit == 0 or (db.is_sqlite and not webhooks.take_lease(tx, worker.name, now, now + WORKER_LEASE)):
            ids = []
        else:
            ids = deliveries.claim(tx, lease, now, now + worker.lease, limit, busy)
    for webhook, is_gone in dict(ended).items():
        disable(db, service_caller(clock), webhook, "gone" if is_gone else "failing")
    if not ids:
        return []
    with db.reading() as connection:
        jobs = _jobs(db, connection, worker, lease, ids, now)
    if forged := set(ids) - {job.id for job in jobs}:
        log.warning("%d deliveries are not as they were written, and are not sent", len(forged))
        with db.writing() as tx:
            deliveries.give_up(tx, lease, forged, now)
    return jobs


def end_worker(db: Database, worker: DeliveryWorker) -> None:
    """Ends a worker: it sends nothing more."""
    if db.is_sqlite:
        with db.writing() as tx:
            webhooks.end_lease(tx, worker.name)


def purge_notices(db: Database, now: datetime) -> int:
    """Forgets some of the notices that are past their time; returns how many."""
    with db.writing() as tx:
        return notices.purge(tx, now - NOTICE_LIFETIME)


def _settle(tx: Connection, result: DeliveryResult) -> list[tuple[str, bool]]:
    """Notes it; returns the webhook, if it is to be disabled for it, and whether it said so itself."""
    job, ended_at = result.job, result.at + result.took
    outcome = after_try(job.round + 1, result.status, result.retry_after, result.jitter)
    is_settled = deliveries.settle(
        tx,
        job.lease,
        job.id,
        result.at,
        result.took,
        state=outcome.state,
        tries=job.tries + 1,
        round=job.round + 1,
        due_at=ended_at + outcome.wait if outcome.wait else None,
        status=result.status,
        error=result.error,
        ended_at=None if outcome.wait else ended_at,
    )
    if not is_settled or outcome.state != "failed":
        return []
    if outcome.is_gone or not deliveries.has_delivered_since(tx, job.webhook, job.since):
        return [(job.webhook, outcome.is_gone)]
    return []


def _jobs(
    db: Database,
    connection: Connection,
    worker: DeliveryWorker,
    lease: str,
    ids: Sequence[str],
    now: datetime,
) -> list[LeasedDelivery]:
    """What is to be sent for these deliveries; nothing for one that somebody else entered or changed."""
    rows = deliveries.with_webhooks(connection, ids)
    notice_by_id = notices.with_ids(connection, {row.notice for row in rows})
    rows = [row for row in rows if row.notice in notice_by_id]
    words = words_of(connection, {row.content for row in rows})
    signing = {id: secrets.opened_at(connection, id, now) for id in {row.webhook for row in rows}}
    bodies = {
        (id, payload): _body(db, connection, worker, notice_by_id[id], payload, now)
        for id, payload in dict.fromkeys((row.notice, row.payload) for row in rows)
    }
    return [
        LeasedDelivery(
            row.id,
            lease,
            row.webhook,
            row.notice,
            words[row.content]["url"],
            signing[row.webhook],
            bodies[row.notice, row.payload],
            row.tries,
            row.round,
            row.since,
        )
        for row in rows
    ]


def _body(
    db: Database,
    connection: Connection,
    worker: DeliveryWorker,
    notice: Notice,
    payload: str,
    now: datetime,
) -> bytes:
    """The body of a notice: the same at every try, since all in it is of the notice's own instant."""
    data = thin(notice)
    if payload == "full" and notice.portfolio is not None:
        data["readiness"] = _readiness(db, connection, worker, notice, now)
    return orjson.dumps(message(notice, data))


def message(notice: Notice, data: Mapping[str, Any]) -> dict[str, Any]:
    """A notice as it stands in the body of a webhook, and in the stream."""
    return {"type": notice.type, "timestamp": notice.at.isoformat().replace("+00:00", "Z"), "data": data}


def thin(notice: Notice) -> dict[str, Any]:
    """A notice's data without the fields that do not apply."""
    return {name: value for name, value in notice.data.items() if value is not None}


def _readiness(
    db: Database, connection: Connection, worker: DeliveryWorker, notice: Notice, now: datetime
) -> dict[str, Any] | None:
    concept = concepts.on_its_way(connection, notice.data["concept"])
    key, version = notice.process_key, notice.process_version
    by = None if key is None or version is None else published(db, connection, key, version)
    if concept is None or by is None:
        return None
    asked = VerdictQuery(as_of=notice.at, position=notice.data["position"])
    verdict = judge(connection, by, concept, asked, now)
    address = f"{worker.public_url}/docs#/Readiness/get_readiness" if worker.public_url else ""
    shown = verdict.model_copy(update={"html_url": address})
    return for_bots(shown).model_dump(mode="json")
