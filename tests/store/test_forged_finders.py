"""Who changes the rows by which rules and events are found gets no go by it, and no verdict."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.store.nouns.conversations import conversations
from service.store.sql.engine import Database
from service.usecases.verification.verify import verify
from tests.audit.tampering import tamper
from tests.conftest import FixedClock, World
from tests.gateproof import Body, Gateproof

KEY = "tariff-radar"
GO = {"gate": "G1", "outcome": "go", "rationale": "We say go."}


@pytest.fixture
def starting_state() -> World:
    return ready


def ready(gateproof: Gateproof, _: FixedClock) -> None:
    """A concept that is ready, and a version of its process that asks for nearly nothing."""
    gateproof.begin()
    gateproof.ready_at_g1()
    easy = gateproof.get("/processes/stage-gate")["document"]
    for gate in easy["gates"]:
        gate["criteria"] = []
        gate["decisions"] = [
            {**each, "criteria": [{**each["criteria"][0], "at_least": 1}]} for each in gate["decisions"]
        ]
    gateproof.put("/processes/stage-gate", easy)
    assert gateproof.readiness()["ready"]


def recorded(db: Database) -> list[str]:
    with db.reading() as connection:
        return list(connection.execute(select(conversations.c.id)).scalars())


def withdraw_all_but_one(gateproof: Gateproof, db: Database) -> None:
    for id in recorded(db)[1:]:
        gateproof.post(f"/conversations/{id}/withdraw", {"reason": "It was not so."}, status=200)


def gone(db: Database) -> None:
    tamper(db, "DELETE FROM citations", "DELETE FROM attended")


def pointing_elsewhere(db: Database) -> None:
    apart = "UPDATE citations SET version = (SELECT count(*) FROM citations AS o WHERE o.id < citations.id)"
    first = "UPDATE citations SET conversation = (SELECT min(conversation) FROM citations)"
    tamper(db, apart, first, "DELETE FROM attended")


@pytest.mark.parametrize("is_polled", [True, False])
@pytest.mark.parametrize("forge", [gone, pointing_elsewhere])
def test_what_finds_the_events_of_a_citation_hides_none(
    gateproof: Gateproof, db: Database, forge: Callable[[Database], None], is_polled: bool
) -> None:
    talks = recorded(db)
    if is_polled:
        gateproof.readiness()
    else:
        db.answers.clear()
    forge(db)
    for id in talks:
        gateproof.post(f"/conversations/{id}/withdraw", {"reason": "It was not so."}, status=200)
    nothing_passes(gateproof)


def test_a_page_that_is_worked_out_anew_reads_by_the_log_what_is_cited(
    gateproof: Gateproof, db: Database
) -> None:
    gateproof.concept("beside")
    talks = recorded(db)
    pointing_elsewhere(db)
    for id in talks:
        gateproof.post(f"/conversations/{id}/withdraw", {"reason": "It was not so."}, status=200)
    shown = {item["concept"]: item["verdict"] for item in gateproof.get("/readiness")["items"]}
    assert shown == {KEY: "blocked", "beside": "blocked"}


def test_a_row_that_names_easier_rules_is_not_gone_by(gateproof: Gateproof, db: Database) -> None:
    withdraw_all_but_one(gateproof, db)
    assert not gateproof.readiness()["ready"]
    tamper(db, "UPDATE concepts SET process_version = 2")
    nothing_passes(gateproof)


def test_easier_rules_in_the_place_of_those_published_are_not_gone_by(
    gateproof: Gateproof, db: Database
) -> None:
    withdraw_all_but_one(gateproof, db)
    digest = gateproof.get("/processes/stage-gate")["digest"]
    tamper(
        db,
        "UPDATE process_versions SET digest = 'none' WHERE version = 2",
        "UPDATE process_versions SET document = (SELECT document FROM process_versions WHERE version = 2),"
        " digest = :digest WHERE version = 1 AND key = 'stage-gate'",
        digest=digest,
    )
    db.parsed.clear()
    nothing_passes(gateproof)


def nothing_passes(gateproof: Gateproof) -> None:
    """No go is accepted, and no answer says that the concept is ready."""
    polled = gateproof.client.get(f"/v1/concepts/{KEY}/readiness")
    assert polled.status_code == 500 or not polled.json()["ready"]
    went = gateproof.client.post(f"/v1/concepts/{KEY}/reviews", json=GO)
    assert went.status_code in (409, 500)
    asked = {"concepts": [{"concept": KEY}]}
    many = gateproof.client.post("/v1/readiness/batch", json=asked)
    assert many.status_code == 500 or not is_ready(many.json())


def is_ready(batch: Body) -> bool:
    return any((item.get("readiness") or {}).get("ready") for item in batch["items"])


def test_a_badge_of_another_concept_or_gate_or_that_was_revoked_shows_nothing(
    gateproof: Gateproof, db: Database
) -> None:
    gateproof.concept("twin")
    address = gateproof.post("/concepts/twin/badges", {})["url"]
    path = address[address.index("/badges/") :]
    assert gateproof.client.get(path).status_code == 200
    for planted in ("concept = (SELECT id FROM concepts WHERE key = 'tariff-radar')", "gate = 'G2'"):
        tamper(db, f"UPDATE badges SET {planted}")
        assert gateproof.client.get(path).status_code == 404
        assert "badges" in {finding.table for finding in verify(db).findings}
        tamper(db, "UPDATE badges SET gate = NULL, concept = (SELECT id FROM concepts WHERE key = 'twin')")
    assert verify(db).ok
    badge = gateproof.get("/concepts/twin/badges")["items"][0]["id"]
    gateproof.post(f"/concepts/twin/badges/{badge}/revoke", {}, status=200)
    tamper(db, "UPDATE badges SET revoked_at = NULL")
    assert gateproof.client.get(path).status_code == 404
    assert "badges" in {finding.table for finding in verify(db).findings}
