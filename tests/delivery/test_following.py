"""However many follow, and wherever one breaks off: each flip becomes one notice."""

import os
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from service.store.derived import followers, subscription_state
from service.store.notify.notices import notices
from service.store.sql.engine import Database
from service.usecases.notify.projector import follow_all
from tests.conftest import FixedClock
from tests.delivery.conftest import subscribe
from tests.delivery.target import Target
from tests.delivery.test_being_told import begin, make_ready
from tests.gateproof import Gateproof
from tests.packaging.running import running
from tests.store.racing import databases, together

ROOT = Path(__file__).parents[2]


def notices_in(db: Database) -> list[tuple[int, str]]:
    with db.reading() as connection:
        query = select(notices.c.seq, notices.c.type).order_by(notices.c.seq)
        return [(row.seq, row.type) for row in connection.execute(query)]


def test_many_who_follow_at_once_find_each_flip_once(
    gateproof: Gateproof, target: Target, db: Database, database_url: str, clock: FixedClock
) -> None:
    begin(gateproof)
    subscribe(gateproof, target)
    with databases(database_url, 4) as views:
        for days in (0, 100):
            if not days:
                make_ready(gateproof)
            clock.move(days=days)
            together(*[lambda view=view: follow_all(view, clock) for view in views])
    follow_all(db, clock)
    kinds = ["readiness.ready", "readiness.expiring", "readiness.expired"]
    assert notices_in(db) == list(enumerate(kinds, start=1))


def test_who_breaks_off_leaves_nothing_behind_and_nothing_out(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(gateproof)
    subscribe(gateproof, target)
    make_ready(gateproof)

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(followers, "advance", fail)
        with pytest.raises(RuntimeError):
            follow_all(db, clock)
    assert notices_in(db) == []
    follow_all(db, clock)
    assert notices_in(db) == [(1, "readiness.ready")]


def test_a_portfolio_that_cannot_be_followed_keeps_no_other_waiting(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock
) -> None:
    gateproof.post("/portfolios", {"key": "a-broken-one", "name": "Broken"})
    begin(gateproof)
    gateproof.concept("odd", portfolio="a-broken-one", process="starter")
    subscribe(gateproof, target)
    make_ready(gateproof)
    with db.writing() as tx:
        table = subscription_state.subscription_state
        [odd] = tx.execute(select(table.c.concept).where(table.c.portfolio == "a-broken-one")).scalars()
        subscription_state.save(tx, "a-broken-one", odd, subscription_state.State(0, 0, {"gate": None}))
    with pytest.raises(KeyError):
        follow_all(db, clock)
    assert notices_in(db) == [(1, "readiness.ready")]


def test_a_log_of_many_events_is_followed_in_pieces(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.usecases.notify.projector.EVENTS", 3)
    monkeypatch.setattr("service.usecases.notify.projector.CONCEPTS", 1)
    gateproof.begin("starter")
    subscribe(gateproof, target)
    for key in ("one", "two"):
        gateproof.concept(key, process="starter")
        gateproof.state("problem", key)
        for _ in range(2):
            gateproof.cite(gateproof.talk(), "problem", concept=key)
        clock.move(days=1)
    clock.move(days=200)
    follow_all(db, clock)
    kinds = [kind for _, kind in notices_in(db)]
    assert sorted(kinds) == sorted(["readiness.ready", "readiness.expiring", "readiness.expired"] * 2)


def test_the_command_delivers_until_it_is_told_to_stop(
    gateproof: Gateproof, target: Target, database_url: str, tmp_path: Path
) -> None:
    made = subscribe(gateproof, target)
    gateproof.post(f"/webhooks/{made['id']}/ping", {})
    settings = {
        "GATEPROOF_DATABASE_URL": database_url,
        "GATEPROOF_KEY": os.environ["GATEPROOF_KEY"],
        "GATEPROOF_WEBHOOK_ALLOW": "127.0.0.0/8",
        "PYTHONPATH": str(ROOT),
    }
    with running([sys.executable, "-m", "service.cli", "deliver"], tmp_path, **settings) as worker:
        worker.wait_for(r"(Delivering)")
        path = f"/webhooks/{made['id']}/deliveries"
        for _ in range(600):
            if gateproof.get(path)["items"][0]["state"] == "delivered":
                break
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(20) == 0
    assert len(target.got) == 1
