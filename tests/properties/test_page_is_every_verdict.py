"""Over random histories, on both databases and through two services: each entry of the page of readiness
is what the concept's own readiness says at that instant."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.conftest import KEYRING, TOKEN, FixedClock
from tests.gateproof import Body, Gateproof
from tests.properties.test_log_reads_as_it_was import ACTS, RICH, Life, cite, talk

SECOND = "/concepts/second"
LIVE = ("active", "on_hold")
STEPS = 70
SHOWN = (
    *("concept", "portfolio", "process", "gate", "verdict", "ready"),
    *("passes_until", "blocking", "warnings"),
)


@pytest.fixture
def services(client: TestClient, database_url: str, clock: FixedClock) -> Iterator[list[Gateproof]]:
    """Two on one database, each with what it keeps in its process."""
    other = Database(database_url, KEYRING)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(other, clock), headers=headers, raise_server_exceptions=False) as made:
        yield [Gateproof(client, clock), Gateproof(made, clock)]


def cite_for_second(life: Life) -> None:
    """The same conversations justify another concept too."""
    body = {
        "conversation": life.one_of(life.talks),
        "decision": "problem",
        "stance": life.any_of("supports", "supports", "mixed"),
        "shaped": {"effect": "confirmed", "note": f"Said {life.random.random()}"},
    }
    life.call(f"{SECOND}/citations", body)


def decide_second(life: Life) -> None:
    gate = life.gateproof.get(SECOND)["next_gate"] or "R3"
    outcome = life.any_of("go", "go", "kill", "hold")
    life.call(f"{SECOND}/reviews", {"gate": gate, "outcome": outcome, "rationale": "We say so"})
    reopened = {"outcome": "reopen", "rationale": "Not so fast", "override": {"reason": "Too hasty"}}
    life.call(f"{SECOND}/reviews", reopened)


def wait_until_something_changes(life: Life) -> None:
    """To the very instant, or just before it: there keeping too long would show."""
    following = life.gateproof.readiness(life.any_of("tariff-radar", "second"))["next_change_at"]
    if following:
        instant = life.clock.instant.fromisoformat(following)
        life.clock.instant = instant - timedelta(microseconds=life.any_of(0, 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_entry_is_the_single_verdict(services: list[Gateproof], clock: FixedClock, seed: int) -> None:
    first = services[0]
    yaml = {"Content-Type": "application/yaml"}
    assert first.client.put("/v1/processes/rich", content=RICH, headers=yaml).status_code == 201
    first.begin("rich")
    for key, segment in (("acme", "smb"), ("bolt", "smb"), ("cobalt", "public")):
        first.customer(key, segment=segment)
    first.concept("second", process="rich", segments=["public"])
    first.concept("unheard", process="starter")
    for concept in ("tariff-radar", "second"):
        for decision in ("problem", "price"):
            first.state(decision, concept)
    life = Life(first, clock, seed)
    for act in (talk, talk, cite, cite_for_second):
        act(life)
    acts = ACTS | {cite_for_second: 8, decide_second: 3, wait_until_something_changes: 8}
    seen = set()
    for _ in range(STEPS):
        life.gateproof = life.random.choice(services)
        life.random.choices(list(acts), list(acts.values()))[0](life)
        if life.random.random() < 0.6:
            seen |= compare(life.random.choice(services))
    assert {"ready", "blocked"} <= seen


def compare(gateproof: Gateproof) -> set[str]:
    """The page beside every single verdict of its instant; the verdicts that were seen."""
    page = gateproof.get("/readiness", limit=200)
    live = {each["key"] for each in gateproof.get("/concepts")["items"] if each["status"] in LIVE}
    assert {entry["concept"] for entry in page["items"]} == live
    for entry in page["items"]:
        single = gateproof.readiness(entry["concept"], as_of=page["as_of"])
        assert {name: entry[name] for name in SHOWN} == {name: single[name] for name in SHOWN}
        assert entry["not_evaluable"] == (single["not_evaluable"] or {}).get("code")
    verdicts = [entry["verdict"] for entry in page["items"]]
    assert page["counts"] == {name: verdicts.count(name) for name in page["counts"]}
    assert page["items"] == sorted(page["items"], key=order)
    return set(verdicts)


def order(entry: Body) -> tuple[str, str]:
    return entry["passes_until"] or "9999", entry["concept"]
