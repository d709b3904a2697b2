"""Retention: what was held too long ago loses its words, and keeps what verdicts were made of."""

from datetime import datetime

import pytest

from service.store.sql.engine import Database
from service.usecases.privacy import retention
from service.usecases.privacy.retention import Purged, purge, would_purge
from service.usecases.unit_of_work import Caller
from tests.conftest import FixedClock
from tests.contract.operations import one_error
from tests.gateproof import Gateproof


@pytest.fixture
def caller(clock: FixedClock) -> Caller:
    return Caller("admin", clock)


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    """A portfolio that keeps conversations for thirty days, and one that keeps them for good."""
    gateproof.begin()
    gateproof.patch("/portfolios/energy", {"retention_days": 30}, **{"If-Match": '"1"'})
    gateproof.post("/portfolios", {"key": "keeps", "name": "Keeps all"})
    gateproof.customer("kept", portfolio="keeps")
    return gateproof


def erased(gateproof: Gateproof, talk: str) -> bool:
    return gateproof.get(f"/conversations/{talk}")["erased_at"] is not None


def test_a_portfolio_says_how_long_it_keeps_conversations(gateproof: Gateproof) -> None:
    made = gateproof.post("/portfolios", {"key": "energy", "name": "Energy", "retention_days": 365})
    assert made["retention_days"] == 365
    changed = gateproof.patch("/portfolios/energy", {"name": "Other"}, **{"If-Match": '"1"'})
    assert changed["retention_days"] == 365
    changed = gateproof.patch("/portfolios/energy", {"retention_days": None}, **{"If-Match": '"2"'})
    assert changed["retention_days"] is None
    days = [event["data"]["retention_days"] for event in gateproof.events("organisation")[-3:]]
    assert days == [365, 365, None]
    for wrong in (29, 0, -1, 36_501, 30.5, "30"):
        body = {"key": "x", "name": "X", "retention_days": wrong}
        one_error(gateproof.client.post("/v1/portfolios", json=body), 422, "body.retention_days")


def test_what_was_held_longer_ago_is_erased_and_nothing_else(
    begun: Gateproof, db: Database, caller: Caller, clock: FixedClock
) -> None:
    due, not_yet = begun.talk(days_ago=30.001), begun.talk(days_ago=30)
    elsewhere = begun.talk("kept", portfolio="keeps", days_ago=400)

    assert list(would_purge(db, caller, None)) == [Purged("energy", 1, 0)]
    assert not erased(begun, due)
    assert list(purge(db, caller, None)) == [Purged("energy", 1, 1)]

    assert [erased(begun, talk) for talk in (due, not_yet, elsewhere)] == [True, False, False]
    event = begun.events()[-1]
    assert (event["type"], event["subject"], event["actor"]) == ("conversation.erased", due, "admin")
    assert event["data"] == {"cause": "retention", "commitment": None}
    assert list(purge(db, caller, None)) == [Purged("energy", 0, 0)]
    clock.move(days=1)
    assert list(purge(db, caller, "energy")) == [Purged("energy", 1, 1)]
    assert begun.get("/customers/kept")["erased_at"] is None


def test_it_goes_batch_by_batch(
    begun: Gateproof, db: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    talks = [begun.talk(days_ago=40) for _ in range(5)]
    assert list(purge(db, caller, "energy")) == [Purged("energy", 5, 5)]
    assert all(erased(begun, talk) for talk in talks)


def test_the_past_still_reads_and_reviews_say_what_is_gone(
    begun: Gateproof, db: Database, caller: Caller, clock: FixedClock
) -> None:
    talks = begun.ready_at_g1()
    passed = begun.review("G1", "go")
    clock.move(days=31)
    assert [each.conversations for each in purge(db, caller, None)] == [3]
    review = begun.get(f"/concepts/tariff-radar/reviews/{passed['id']}")
    assert {each["conversation"] for each in review["evidence_erased"]} == set(talks)
    past = begun.readiness(gate="G1", position=passed["position"], as_of=passed["decided_at"])
    assert past == passed["readiness"] == review["readiness"]
    assert begun.readiness(gate="G1")["verdict"] == "blocked"
    assert datetime.fromisoformat(review["evidence_erased"][0]["erased_at"]) == clock()
