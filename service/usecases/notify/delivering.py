"""What a worker does between sending: note what came of it, and take what is due. One transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, select

from schemas.webhook import DeliveryError
from service.clock import Clock
from service.domain.notify.retries import after_try
from service.domain.verdict.for_bots import for_bots
from service.store.notify import deliveries, notices, webhooks
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.store.words import secrets
from service.store.words.contents import words_of
from service.usecases.notify.webhooks import by_itself, disable
from service.usecases.processes.processes import published
from service.usecases.verdicts.cases import VerdictQuery, judge

WORKER_LEASE = timedelta(seconds=30)
"""For so long a worker on SQLite is the one, once it was."""
NOTICE_LIFETIME = timedelta(days=30)


class LeasedDelivery(NamedTuple):
    """A delivery to try, taken by `lease`. `round`: tries before this one in the present round."""

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
    """What came of a job."""

    job: LeasedDelivery
    at: datetime
    took: timedelta
    status: int | None
    error: DeliveryError | None
    retry_after: timedelta | None
    jitter: float


class DeliveryWorker(NamedTuple):
    """Who asks. `lease`: after so long others may take what was not told of."""

    name: str
    lease: timedelta
    public_url: str


def is_due(db: Database, now: datetime) -> bool:
    """Whether there is anything to send."""
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
    """Note what came of jobs, and take up to `limit` others; none while another worker has the line."""
    now, ended, lease = clock(), [], f"{worker.name}.{token_hex(8)}"
    with db.writing() as tx:
        for each in results:
            ended += _settle(tx, each)
        if limit == 0 or (db.is_sqlite and not webhooks.take_lease(tx, worker.name, now, now + WORKER_LEASE)):
            ids = []
        else:
            ids = deliveries.claim(tx, lease, now, now + worker.lease, limit, busy)
    for webhook, is_gone in dict(ended).items():
        disable(db, by_itself(clock), webhook, "gone" if is_gone else "failing")
    if not ids:
        return []
    with db.reading() as connection:
        return _jobs(db, connection, worker, lease, ids, now)


def leave(db: Database, worker: DeliveryWorker) -> None:
    """This worker sends nothing more."""
    if db.is_sqlite:
        with db.writing() as tx:
            webhooks.end_lease(tx, worker.name)


def forget(db: Database, now: datetime) -> int:
    """Let go of some of what is past its time; how many notices."""
    with db.writing() as tx:
        return notices.purge(tx, now - NOTICE_LIFETIME)


def _settle(tx: Connection, result: DeliveryResult) -> list[tuple[str, bool]]:
    """Notes it; the webhook, if it is to be disabled for it, and whether it said so itself."""
    job = result.job
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
        due_at=result.at + result.took + outcome.wait if outcome.wait else None,
        status=result.status,
        error=result.error,
        ended_at=None if outcome.wait else result.at + result.took,
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
    rows = deliveries.with_webhooks(connection, ids)
    table = notices.notices
    told = {
        row.id: row
        for row in connection.execute(select(table).where(table.c.id.in_({row.notice for row in rows})))
    }
    said = words_of(connection, {row.content for row in rows})
    signing = {id: secrets.opened_at(connection, id, now) for id in {row.webhook for row in rows}}
    bodies: dict[tuple[str, str], bytes] = {}
    jobs = []
    for row in rows:
        key = (row.notice, row.payload)
        if key not in bodies:
            bodies[key] = _body(db, connection, worker, told[row.notice], row.payload, now)
        jobs.append(
            LeasedDelivery(
                row.id,
                lease,
                row.webhook,
                row.notice,
                said[row.content]["url"],
                signing[row.webhook],
                bodies[key],
                row.tries,
                row.round,
                row.since,
            )
        )
    return jobs


def _body(
    db: Database,
    connection: Connection,
    worker: DeliveryWorker,
    notice: Row[Any],
    payload: str,
    now: datetime,
) -> bytes:
    """The same at every try: what it says is of the notice's own instant."""
    data = thin(notice)
    if payload == "full" and notice.portfolio is not None:
        data["readiness"] = _readiness(db, connection, worker, notice, now)
    return orjson.dumps(message(notice, data))


def message(notice: Row[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """As it stands in the body of a webhook, and in the stream."""
    at: datetime = notice.at
    return {"type": notice.type, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}


def thin(notice: Row[Any]) -> dict[str, Any]:
    """What does not apply is left out."""
    return {name: value for name, value in notice.data.items() if value is not None}


def _readiness(
    db: Database, connection: Connection, worker: DeliveryWorker, notice: Row[Any], now: datetime
) -> dict[str, Any] | None:
    concept = concepts.on_its_way(connection, notice.data["concept"])
    by = published(db, connection, notice.process_key, notice.process_version)
    if concept is None or by is None:
        return None
    asked = VerdictQuery(as_of=notice.at, position=notice.data["position"])
    verdict = judge(connection, by, concept, asked, now)
    address = f"{worker.public_url}/docs#/Readiness/get_readiness" if worker.public_url else ""
    linked = verdict.model_copy(update={"html_url": address})
    return for_bots(linked).model_dump(mode="json")
