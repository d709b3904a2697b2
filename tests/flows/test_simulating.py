"""Simulating: what a draft, or another version, would say of every live concept; nothing is written."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from service.usecases.verdicts import process_comparison
from tests.conftest import FixedClock, World, begins_with
from tests.contract.operations import one_error, problem
from tests.gateproof import Body, Gateproof, expect
from tests.properties.test_log_reads_as_it_was import RICH, Life

YAML = {"Content-Type": "application/yaml"}
CUSTOMERS = """title: By customers
gates:
  - key: G1
    title: First
    stage: first
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: heard, at_least: 1, of: conversations, waivable: false}
          - {id: customers, at_least: %d, of: customers}
"""


def send(client: TestClient, body: str = "", process: str = "mine", **query: Any) -> Response:
    headers = YAML if body else {}
    address = f"/v1/processes/{process}/simulate"
    return client.post(address, content=body, headers=headers, params=query)


def simulate(gateproof: Gateproof, customers: int, **query: Any) -> Body:
    return expect(send(gateproof.client, CUSTOMERS % customers, **query), 200)


@pytest.fixture
def starting_state() -> World:
    return three_by_mine


def three_by_mine(gateproof: Gateproof, _: FixedClock) -> None:
    """Two customers are needed; of three concepts one has heard three, one has two and one has none."""
    address = "/v1/processes/mine"
    assert gateproof.client.put(address, content=CUSTOMERS % 2, headers=YAML).status_code == 201
    gateproof.begin("mine")
    for key in ("heard-two", "unheard"):
        gateproof.concept(key, process="mine")
    gateproof.concept("other-process", process="starter")
    for concept, number in (("tariff-radar", 3), ("heard-two", 2)):
        gateproof.state("problem", concept)
        for _ in range(number):
            gateproof.cite(gateproof.talk(), "problem", concept=concept)


def effects(body: Body) -> dict[str, str]:
    return {each["concept"]: each["effect"] for each in body["items"]}


def test_what_would_be_blocked_and_by_what(gateproof: Gateproof) -> None:
    simulated = simulate(gateproof, 3)
    assert effects(simulated) == {
        "heard-two": "newly_blocked",
        "tariff-radar": "unchanged",
        "unheard": "unchanged",
    }
    assert simulated["counts"] == {"newly_blocked": 1, "newly_ready": 0, "unchanged": 2}
    blocked = simulated["items"][0]
    assert blocked["now"] == {"gate": "G1", "verdict": "ready", "blocking": []}
    assert blocked["then"] == {"gate": "G1", "verdict": "blocked", "blocking": ["customers"]}
    assert blocked["newly_blocking"] == [
        {
            "id": "customers",
            "decision": "problem",
            "required": 3,
            "actual": 2,
            "message": "2 of 3 customers.",
        }
    ]
    assert simulated["process"]["version"] is None


def test_what_would_be_ready(gateproof: Gateproof) -> None:
    lone = gateproof.talk()
    gateproof.state("problem", "unheard")
    gateproof.cite(lone, "problem", concept="unheard")
    simulated = simulate(gateproof, 1)
    assert simulated["counts"] == {"newly_blocked": 0, "newly_ready": 1, "unchanged": 2}
    [ready] = [each for each in simulated["items"] if each["effect"] == "newly_ready"]
    assert (ready["concept"], ready["no_longer_blocking"]) == ("unheard", ["customers"])


def test_the_same_content_changes_nothing(gateproof: Gateproof) -> None:
    simulated = simulate(gateproof, 2)
    assert simulated["counts"] == {"newly_blocked": 0, "newly_ready": 0, "unchanged": 3}
    assert all(each["now"] == each["then"] for each in simulated["items"])
    assert simulated["process"]["version"] == 1


def test_another_version_in_place_of_a_draft(gateproof: Gateproof) -> None:
    gateproof.client.put("/v1/processes/mine", content=CUSTOMERS % 3, headers=YAML)
    answer = expect(send(gateproof.client, version=2), 200)
    assert (answer["process"]["version"], answer["counts"]["newly_blocked"]) == (2, 1)
    problem(send(gateproof.client, version=3), 404)


def test_what_becomes_of_concepts_of_another_process(gateproof: Gateproof) -> None:
    simulated = simulate(gateproof, 1, of="starter")
    assert [each["concept"] for each in simulated["items"]] == ["other-process"]
    assert simulated["items"][0]["now"]["gate"] == "S1"
    assert simulated["items"][0]["then"]["gate"] == "G1"
    one_error(send(gateproof.client, CUSTOMERS % 1, of="ghost"), 422, "query.of")


def test_what_is_killed_is_left_alone(gateproof: Gateproof) -> None:
    gateproof.review("G1", "kill")
    assert "tariff-radar" not in effects(simulate(gateproof, 3))


def test_page_by_page_with_the_counts_on_each(gateproof: Gateproof) -> None:
    whole = simulate(gateproof, 3)
    seen, cursor = [], {}
    for _ in range(3):
        page = simulate(gateproof, 3, limit=1, **cursor)
        assert page["counts"] == whole["counts"]
        seen += page["items"]
        cursor = {"cursor": page["next"]}
    assert (seen, page["next"]) == (whole["items"], None)
    simulated = simulate(gateproof, 3, effect="newly_blocked", limit=1)
    assert (list(effects(simulated)), simulated["next"]) == (["heard-two"], None)
    assert simulated["counts"] == whole["counts"]


def test_a_cursor_of_another_draft_is_refused(gateproof: Gateproof) -> None:
    cursor = simulate(gateproof, 3, limit=1)["next"]
    one_error(send(gateproof.client, CUSTOMERS % 4, cursor=cursor), 422, "query.cursor")
    one_error(send(gateproof.client, CUSTOMERS % 3, cursor=cursor, of="starter"), 422, "query.cursor")
    one_error(send(gateproof.client, CUSTOMERS % 3, cursor="made-up"), 422, "query.cursor")


def test_only_portfolios_that_are_chosen_and_seen(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.concept("there", portfolio="water", process="mine")
    assert len(simulate(gateproof, 3)["items"]) == 4
    assert list(effects(simulate(gateproof, 3, portfolio="water"))) == ["there"]
    assert len(simulate(gateproof, 3, portfolio=["water", "energy"])["items"]) == 4
    token = {"name": "Here", "role": "gatekeeper", "person": "pm-1", "portfolios": ["energy"]}
    gateproof.client.headers["Authorization"] = f"Bearer {gateproof.post('/tokens', token)['token']}"
    simulated = simulate(gateproof, 3)
    assert "there" not in effects(simulated)
    assert sum(simulated["counts"].values()) == 3
    assert (
        simulate(gateproof, 3, portfolio="water")["items"]
        == simulate(gateproof, 3, portfolio="ghost")["items"]
        == []
    )


@pytest.mark.parametrize("what", ["a broken draft", "a good one"])
def test_nothing_is_written(gateproof: Gateproof, what: str) -> None:
    known = gateproof.events(portfolio=None)
    if what == "a good one":
        simulate(gateproof, 9)
    else:
        error = one_error(
            send(gateproof.client, (CUSTOMERS % 3).replace("at_least: 1", "at_most: 1")),
            422,
            "body.gates.0.decisions.0.criteria.0",
        )
        assert error["line"] == 10
    assert gateproof.events(portfolio=None) == known
    assert len(gateproof.get("/processes/mine/versions")["items"]) == 1


def test_questions_that_are_none(gateproof: Gateproof) -> None:
    one_error(send(gateproof.client), 422, "body")
    one_error(send(gateproof.client, CUSTOMERS % 3, version=1), 422, "body")
    problem(send(gateproof.client, CUSTOMERS % 3, process="ghost"), 404)
    headers = {"Content-Type": "text/plain"}
    problem(gateproof.client.post("/v1/processes/mine/simulate", content="hello", headers=headers), 415)


def test_batch_after_batch(gateproof: Gateproof, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate(gateproof, 3)
    monkeypatch.setattr(process_comparison, "BATCH", 1)
    assert simulate(gateproof, 3) == whole


@begins_with("prepared")
@pytest.mark.parametrize("seed", [8, 9])
def test_then_is_what_the_version_says_once_asked(gateproof: Gateproof, clock: FixedClock, seed: int) -> None:
    """Over a random life: now and then are the single verdicts by the pinned and by the tried version."""
    stricter = RICH.replace("at_least: 1, of: customers", "at_least: 2, of: customers").replace(
        "level: should}", "level: must}"
    )
    for document in (RICH, stricter):
        answer = gateproof.client.put("/v1/processes/rich", content=document, headers=YAML)
        assert answer.status_code == 201
    gateproof.begin("rich", process_version=1)
    for key, segment in (("acme", "smb"), ("bolt", "smb"), ("cobalt", "public")):
        gateproof.customer(key, segment=segment)
    for decision in ("problem", "price"):
        gateproof.state(decision)
    seen = set()

    class Simulated(Life):
        def remember(self) -> None:
            answer = expect(send(gateproof.client, process="rich", version=2), 200)
            for each in answer["items"]:
                now = gateproof.readiness(as_of=answer["as_of"])
                then = gateproof.readiness(as_of=answer["as_of"], process_version=2)
                for shown, verdict in ((each["now"], now), (each["then"], then)):
                    assert shown == {name: verdict[name] for name in shown}
                seen.add(each["effect"])

    Simulated(gateproof, clock, seed).live()
    assert "newly_blocked" in seen
