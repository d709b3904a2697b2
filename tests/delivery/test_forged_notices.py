"""Nobody is sent, or shown in the stream, what somebody entered or changed in the tables of messages."""

import anyio
import pytest
from sqlalchemy import insert, select, update

from service.delivery.worker import Worker
from service.store.key_rotation import rewrap
from service.store.notify.deliveries import deliveries
from service.store.notify.notices import notices
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.usecases.notify.projector import follow_all
from service.usecases.verification.verify import verify
from tests.audit.tampering import tamper
from tests.conftest import KEY, FixedClock
from tests.delivery.conftest import LOOPBACK, Deliver, subscribe
from tests.delivery.target import Target
from tests.delivery.test_being_told import begin, make_ready
from tests.delivery.test_delivering import ping
from tests.delivery.test_stream import poll
from tests.gateproof import Gateproof
from tests.store.test_forged_index import CENTURY, forge

LIE = '{"portfolio": "energy", "concept": "tariff-radar", "gate": "S1", "verdict": "ready", "ready": true}'


def streamed_after(gateproof: Gateproof, id: str) -> list[str]:
    """The types of the stream's events; the first block says only where one stands."""
    return [event.type for event in poll(gateproof.client, id)[1:]]


def found(db: Database) -> set[tuple[str, str | None, str]]:
    return {(each.code, each.table, each.chain) for each in verify(db).findings}


def types_sent(target: Target) -> list[str]:
    return [got.message["type"] for got in target.got]


CHANGED = {
    "id": "id = 'ntc_another'",
    "another portfolio": "portfolio = 'water'",
    "seq": "seq = 0",
    "type": "type = 'readiness.blocked'",
    "at": "at = at + 1",
    "noticed_at": f"noticed_at = {CENTURY}",
    "days": "days = 7",
    "data": f"data = '{LIE}'",
    "what is no data": "data = '{'",
    "process_key": "process_key = 'stage-gate'",
    "process_version": "process_version = 2",
    "code": "code = ''",
    "no code": "code = NULL",
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_a_notice_that_was_changed_is_neither_sent_nor_streamed(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock, deliver: Deliver, change: str
) -> None:
    begin(gateproof)
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    subscribe(gateproof, target, "readiness.ready", "readiness.blocked", payload="full")
    [here] = poll(gateproof.client)
    citations = make_ready(gateproof)
    follow_all(db, clock)
    tamper(db, f"UPDATE notices SET {change}")

    deliver()
    assert target.got == []
    assert streamed_after(gateproof, here.id) == []
    [(code, table, chain)] = found(db)
    assert (code, table) == ("DERIVED_ROW_DIFFERS", "notices")
    assert chain == ("water" if "'water'" in change else "energy")

    gateproof.withdraw(citations[0])
    deliver()
    assert types_sent(target) == ["readiness.blocked"]
    assert streamed_after(gateproof, here.id) == ["readiness.blocked"]


def entered(db: Database, webhook: str, seq: int) -> None:
    """A notice like the one that there is, with another message and a delivery of its own."""
    with db.writing() as tx:
        for table, values in (
            (notices, {"id": "ntc_lie", "seq": seq, "data": {"concept": "tariff-radar", "ready": True}}),
            (deliveries, {"id": "dlv_lie", "notice": "ntc_lie", "webhook": webhook}),
        ):
            row = tx.execute(select(table).limit(1)).one()._asdict()
            tx.execute(insert(table).values({**row, **values}))


@pytest.mark.parametrize("seq", [0, 2, 10_000])
def test_a_notice_that_was_entered_is_as_if_it_were_not_there(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock, deliver: Deliver, seq: int
) -> None:
    begin(gateproof)
    made = subscribe(gateproof, target, "readiness.ready", "readiness.blocked")
    [here] = poll(gateproof.client)
    citations = make_ready(gateproof)
    follow_all(db, clock)
    entered(db, made["id"], seq)
    assert found(db) == {
        ("DERIVED_ROW_DIFFERS", "notices", "energy"),
        ("DERIVED_ROW_DIFFERS", "deliveries", "organisation"),
    }
    [latest] = poll(gateproof.client)

    deliver()
    gateproof.withdraw(citations[0])
    deliver()
    assert types_sent(target) == ["readiness.ready", "readiness.blocked"]
    assert streamed_after(gateproof, here.id) == ["readiness.ready", "readiness.blocked"]
    assert streamed_after(gateproof, latest.id) == ["readiness.blocked"]


def test_the_delivery_of_a_ping_is_bound_to_it_too(
    gateproof: Gateproof, target: Target, db: Database, deliver: Deliver
) -> None:
    made = subscribe(gateproof, target)
    ping(gateproof, made["id"])
    forge(db, notices, {"data": {"webhook": "whk_another"}})
    deliver()
    assert target.got == []
    assert found(db) == {("DERIVED_ROW_DIFFERS", "notices", "organisation")}


def test_a_delivery_that_was_moved_to_another_webhook_is_not_sent(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock, deliver: Deliver
) -> None:
    begin(gateproof)
    made = subscribe(gateproof, target, path="/ok")
    other = subscribe(gateproof, target, "readiness.expired", path="/other")
    make_ready(gateproof)
    follow_all(db, clock)
    forge(db, deliveries, {"webhook": other["id"]})
    deliver()
    assert target.got == []
    assert found(db) == {("DERIVED_ROW_DIFFERS", "deliveries", "organisation")}
    [shown] = gateproof.get(f"/webhooks/{other['id']}/deliveries")["items"]
    assert (shown["state"], shown["tries"], shown["next_try_at"]) == ("cancelled", 0, None)

    forge(db, deliveries, {"webhook": made["id"]})
    assert found(db) == set()
    gateproof.post(f"/webhooks/{made['id']}/deliveries/{shown['id']}/resend", {}, 200)
    deliver()
    assert [got.path for got in target.got] == ["/ok"]


def test_a_delivery_of_another_notice_or_of_none_keeps_no_other_waiting(
    gateproof: Gateproof, target: Target, db: Database, deliver: Deliver
) -> None:
    made = subscribe(gateproof, target)
    first, second = ping(gateproof, made["id"]), ping(gateproof, made["id"])
    with db.writing() as tx:
        tx.execute(update(deliveries).where(deliveries.c.id == first).values(notice="ntc_none"))
    deliver()
    [got] = target.got
    states = {
        each["id"]: each["state"] for each in gateproof.get(f"/webhooks/{made['id']}/deliveries")["items"]
    }
    assert states[second] == "delivered"
    assert got.message["type"] == "webhook.ping"


def test_what_waits_is_sent_after_the_keys_were_rotated(
    gateproof: Gateproof, target: Target, db: Database, database_url: str, clock: FixedClock
) -> None:
    begin(gateproof)
    subscribe(gateproof, target)
    make_ready(gateproof)
    follow_all(db, clock)
    both = Database(database_url, Keyring([bytes(reversed(KEY)), KEY]))
    rewrap(both)
    both.close()
    later = Database(database_url, Keyring([bytes(reversed(KEY))]))
    anyio.run(Worker(later, clock, LOOPBACK).run_until_idle)
    assert types_sent(target) == ["readiness.ready"]
    assert found(later) == set()
    later.close()
