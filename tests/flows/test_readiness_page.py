"""The page of readiness: every live concept, by what expires first, and never a stale verdict."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.client import Client
from tests.conftest import KEYRING, TOKEN, FixedClock, World
from tests.contract.operations import one_error
from tests.gateproof import Body, Gateproof


def page(gateproof: Gateproof, **query: Any) -> Body:
    return gateproof.get("/readiness", **query)


def concepts(body: Body) -> list[str]:
    return [entry["concept"] for entry in body["items"]]


@pytest.fixture
def starting_state() -> World:
    return three


def three(gateproof: Gateproof, _: FixedClock) -> None:
    """One that is ready, for less and less long; two that are blocked, one of them elsewhere."""
    gateproof.begin(external=[{"system": "jira", "id": "PRD-12", "url": "https://jira.example/PRD-12"}])
    gateproof.ready_at_g1()
    gateproof.concept("blocked-here", process="starter")
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.concept("blocked-there", portfolio="water")


def test_what_expires_first_comes_first_and_each_verdict_is_counted(gateproof: Gateproof) -> None:
    listed = page(gateproof)
    assert concepts(listed) == ["tariff-radar", "blocked-here", "blocked-there"]
    assert listed["counts"] == {"ready": 1, "waived": 0, "blocked": 2, "not_evaluable": 0}
    ready = listed["items"][0]
    assert (ready["title"], ready["gate"], ready["verdict"]) == ("Tariff radar", "G1", "ready")
    assert ready["passes_until"] == gateproof.readiness()["passes_until"] == "2027-02-10T09:00:00Z"
    assert [each["id"] for each in ready["external"]] == ["PRD-12"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"portfolio": "energy"}, ["tariff-radar", "blocked-here"]),
        ({"portfolio": "nowhere"}, []),
        ({"gate": "S1"}, ["blocked-here"]),
        ({"verdict": "ready"}, ["tariff-radar"]),
        ({"verdict": "blocked", "portfolio": "water"}, ["blocked-there"]),
        ({"process": "starter"}, ["blocked-here"]),
        ({"expiring_within": 80}, ["tariff-radar"]),
        ({"expiring_within": 79}, []),
        ({"owner": "admin"}, ["tariff-radar"]),
        ({"owner": "pm-1"}, []),
        ({"external": "jira"}, ["tariff-radar"]),
        ({"external": "jira:PRD-12"}, ["tariff-radar"]),
        ({"external": "jira:PRD-1"}, []),
    ],
)
def test_only_what_was_asked_for(gateproof: Gateproof, query: Body, expected: list[str]) -> None:
    assert concepts(page(gateproof, **query)) == expected


def test_counts_are_over_all_pages_and_all_verdicts(gateproof: Gateproof) -> None:
    listed = page(gateproof, verdict="blocked", limit=1)
    assert listed["counts"] == {"ready": 1, "waived": 0, "blocked": 2, "not_evaluable": 0}
    following = page(gateproof, verdict="blocked", limit=1, cursor=listed["next"])
    assert concepts(listed) + concepts(following) == ["blocked-here", "blocked-there"]
    assert (following["next"], following["counts"]) == (None, listed["counts"])


def test_time_alone_blocks_what_was_ready(gateproof: Gateproof, clock: FixedClock) -> None:
    assert page(gateproof)["counts"]["ready"] == 1
    clock.move(days=80, microseconds=-1)
    assert page(gateproof)["counts"]["ready"] == 1
    clock.move(microseconds=1)
    assert page(gateproof)["counts"] == {"ready": 0, "waived": 0, "blocked": 3, "not_evaluable": 0}


def test_a_conversation_taken_back_shows_at_once(gateproof: Gateproof) -> None:
    talks = {each["conversation"] for each in gateproof.get("/concepts/tariff-radar/citations")["items"]}
    assert page(gateproof)["counts"]["ready"] == 1
    gateproof.post(f"/conversations/{talks.pop()}/withdraw", {"reason": "A cousin"}, 200)
    assert page(gateproof)["items"][0]["blocking"] == gateproof.readiness("blocked-here")["blocking"]
    assert page(gateproof, portfolio="energy", verdict="ready")["items"] == []


def test_what_is_killed_is_gone_until_it_is_reopened(gateproof: Gateproof) -> None:
    page(gateproof)
    gateproof.review("G1", "kill")
    assert concepts(page(gateproof)) == ["blocked-here", "blocked-there"]
    gateproof.review(None, "reopen", override={"reason": "Killed by mistake"})
    assert concepts(page(gateproof)) == ["tariff-radar", "blocked-here", "blocked-there"]


def test_the_next_gate_after_a_go(gateproof: Gateproof) -> None:
    page(gateproof)
    gateproof.review("G1", "go")
    assert concepts(page(gateproof, gate="G2")) == ["tariff-radar"]


def test_portfolios_that_are_not_seen_are_not_there_nor_counted(gateproof: Gateproof) -> None:
    token = {"name": "Here", "role": "gatekeeper", "person": "pm-1", "portfolios": ["energy"]}
    headers = {"Authorization": f"Bearer {gateproof.post('/tokens', token)['token']}"}
    answer = gateproof.client.get("/v1/readiness", headers=headers).json()
    assert concepts(answer) == ["tariff-radar", "blocked-here"]
    assert answer["counts"]["blocked"] == 1
    there = gateproof.client.get("/v1/readiness?portfolio=water", headers=headers).json()
    ghost = gateproof.client.get("/v1/readiness?portfolio=ghost", headers=headers).json()
    assert there == ghost
    assert there["items"] == []


def test_bots_read_no_word_that_anybody_wrote(gateproof: Gateproof) -> None:
    token = gateproof.post("/tokens", {"name": "CI", "role": "bot"})["token"]
    answer = gateproof.client.get("/v1/readiness", headers={"Authorization": f"Bearer {token}"}).json()
    entry = answer["items"][0]
    assert "title" not in entry
    assert entry["external"] == [{"system": "jira", "id": "PRD-12"}]
    assert {**entry, "title": "Tariff radar"}.keys() == page(gateproof)["items"][0].keys()


def test_a_page_writes_no_event(gateproof: Gateproof) -> None:
    known = gateproof.events(portfolio=None)
    page(gateproof)
    assert gateproof.events(portfolio=None) == known


@pytest.mark.parametrize(
    ("name", "value"), [("expiring_within", "0"), ("verdict", "perhaps"), ("limit", "201")]
)
def test_a_question_that_makes_no_sense_is_refused(client: TestClient, name: str, value: str) -> None:
    one_error(client.get("/v1/readiness", params={name: value}), 422, f"query.{name}")


@pytest.fixture
def elsewhere(database_url: str, clock: FixedClock) -> Iterator[Gateproof]:
    """Another service on the same database."""
    other = Database(database_url, KEYRING)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(other, clock), headers=headers) as client:
        yield Gateproof(client, clock)


def test_what_another_process_wrote_shows_at_once(gateproof: Gateproof, elsewhere: Gateproof) -> None:
    assert page(gateproof) == page(elsewhere)
    citation = elsewhere.get("/concepts/tariff-radar/citations")["items"][0]["id"]
    elsewhere.withdraw(citation)
    assert page(gateproof)["counts"]["ready"] == 0
    assert page(gateproof) == page(elsewhere)


def test_a_clock_that_is_behind_sees_what_was_kept(
    gateproof: Gateproof, elsewhere: Gateproof, clock: FixedClock
) -> None:
    clock.move(days=80)
    listed = page(gateproof)
    clock.move(days=-1)
    assert page(elsewhere) == listed
