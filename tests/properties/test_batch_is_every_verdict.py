"""Over random histories, on both databases: each answer of a batch is the document that the concept's own
readiness gives, byte for byte, for people and for bots."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.conftest import FixedClock
from tests.flows.test_asking_of_another_time import publish
from tests.gateproof import Body, Gateproof
from tests.properties.test_log_reads_as_it_was import ACTS, GATES, RICH, Life, cite, talk

STEPS = 60
CONCEPTS = ("tariff-radar", "heard", "tariff-radar", "unheard", "tariff-radar", "nobodys")


@pytest.mark.parametrize("seed", [1, 2])
def test_each_answer_is_the_single_document(gateproof: Gateproof, clock: FixedClock, seed: int) -> None:
    yaml = {"Content-Type": "application/yaml"}
    assert gateproof.client.put("/v1/processes/rich", content=RICH, headers=yaml).status_code == 201
    gateproof.begin("rich")
    for key, segment in (("acme", "smb"), ("bolt", "smb"), ("cobalt", "public")):
        gateproof.customer(key, segment=segment)
    gateproof.concept("unheard", process="starter")
    publish(gateproof)
    gateproof.concept("heard", process="one")
    gateproof.state("problem", "heard")
    gateproof.cite(gateproof.talk(), "problem", concept="heard")
    for decision in ("problem", "price"):
        gateproof.state(decision)
    life = Life(gateproof, clock, seed)
    for act in (talk, talk, cite, cite):
        act(life)
    token = {"name": "ci", "role": "bot", "expires_in_days": 365, "long_lived": True}
    bot = {"Authorization": f"Bearer {gateproof.post('/tokens', token)['token']}"}
    seen: set[str] = set()
    for _ in range(STEPS):
        life.random.choices(list(ACTS), list(ACTS.values()))[0](life)
        if life.random.random() < 0.4:
            seen |= compare(life, {})
            seen |= compare(life, bot)
    assert {"ready", "blocked", "404", "422", "uncited"} <= seen


def compare(life: Life, headers: dict[str, str]) -> set[str]:
    asked = [_item(life, concept) for concept in CONCEPTS]
    client = life.gateproof.client
    batch = client.post("/v1/readiness/batch", json={"concepts": asked}, headers=headers).json()
    seen = set()
    for item, answered in zip(asked, batch["items"], strict=True):
        single = _alone(client, item, headers)
        if single.status_code == 200:
            assert answered["problem"] is None
            # A poll may be answered with what was worked out before, while it holds.
            assert {**answered["readiness"], "as_of": ""} == {**single.json(), "as_of": ""}
            seen |= {single.json()["verdict"], *(["uncited"] if single.json()["uncited"] else [])}
        else:
            assert answered["readiness"] is None
            assert _said(answered["problem"]) == _said(single.json())
            seen.add(str(single.status_code))
    return seen


def _item(life: Life, concept: str) -> Body:
    item: Body = {"concept": concept}
    gate = life.any_of(None, None, None, *GATES, "R9")
    days = life.any_of(0, 0, 7, 40, -3)
    item |= {"gate": gate} if gate else {}
    return item | ({"as_of": (life.clock() + timedelta(days=days)).isoformat()} if days else {})


def _alone(client: TestClient, item: Body, headers: dict[str, str]) -> Response:
    query: dict[str, Any] = {name: said for name, said in item.items() if name != "concept"}
    return client.get(f"/v1/concepts/{item['concept']}/readiness", params=query, headers=headers)


def _said(problem: Body) -> Body:
    """But for whose answer it is, and where in the request the wrong field stands."""
    errors = [{**error, "field": error["field"].rpartition(".")[2]} for error in problem["errors"]]
    return {"type": problem["type"], "status": problem["status"], "errors": errors}
