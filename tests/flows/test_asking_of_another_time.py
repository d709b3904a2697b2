"""as_of, position and process_version: the same question of another time, or of another process."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.conftest import START, FixedClock
from tests.gateproof import Body, Gateproof

ONE_GATE = """title: One gate
gates:
  - key: {gate}
    title: Heard
    stage: heard
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {{id: heard, at_least: {least}, of: conversations, waivable: false}}
"""


def publish(gateproof: Gateproof, key: str = "one", least: int = 1, gate: str = "H1") -> Body:
    body = ONE_GATE.format(least=least, gate=gate)
    answer = gateproof.client.put(
        f"/v1/processes/{key}", content=body, headers={"Content-Type": "application/yaml"}
    )
    published: Body = answer.json()
    return published


def without_link(verdict: Body) -> Body:
    return {name: value for name, value in verdict.items() if name != "html_url"}


def test_asked_of_the_past_it_answers_as_it_did_then(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.begin()
    clock.move(days=1)
    gateproof.ready_at_g1()
    clock.move(seconds=1)
    then, instant = gateproof.readiness(), clock()
    clock.move(days=1)
    gateproof.restate("problem", "Something else entirely")
    gateproof.review("G1", "kill")

    asked = gateproof.readiness(as_of=instant.isoformat())

    assert asked == then
    assert then["verdict"] == "ready"


def test_before_it_was_recorded_there_is_nothing_to_evaluate(gateproof: Gateproof) -> None:
    gateproof.begin()

    verdict = gateproof.readiness(as_of=(START - timedelta(days=1)).isoformat())

    assert (verdict["verdict"], verdict["not_evaluable"]["code"]) == ("not_evaluable", "NOT_YET_RECORDED")
    assert gateproof.readiness(as_of=verdict["as_of"], position=verdict["position"]) == verdict
    query = {"as_of": verdict["as_of"], "require": "ready"}
    gateproof.get("/concepts/tariff-radar/readiness", 409, **query)


def test_asked_of_the_future_it_lets_evidence_age(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    until = gateproof.readiness()["passes_until"]
    just_before = datetime.fromisoformat(until) - timedelta(microseconds=1)

    assert gateproof.readiness(as_of=just_before.isoformat())["verdict"] == "ready"
    after = gateproof.readiness(as_of=until)
    assert after["verdict"] == "blocked"
    assert {entry["code"] for entry in after["not_counted"]} == {"TOO_OLD"}
    assert after["as_of"] == until


def test_position_tells_what_was_known_at_that_event(gateproof: Gateproof) -> None:
    gateproof.begin()
    before = gateproof.readiness()
    gateproof.ready_at_g1()

    asked = gateproof.readiness(position=before["position"], as_of=before["as_of"])

    assert without_link(asked) == without_link(before)


def test_position_is_the_last_event_that_the_verdict_rests_on(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    position = gateproof.readiness()["position"]
    assert gateproof.events()[-1]["position"] == position

    gateproof.customer("nobody-asked")
    gateproof.concept("another")

    assert gateproof.readiness()["position"] == position
    last = gateproof.events()[-1]["position"]
    refused = gateproof.get("/concepts/tariff-radar/readiness", 422, position=last + 1)
    assert refused["errors"][0]["field"] == "query.position"


def test_another_version_says_what_it_would_say(gateproof: Gateproof) -> None:
    publish(gateproof)
    gateproof.begin("one")
    publish(gateproof, least=2)
    gateproof.state("problem")
    gateproof.cite(gateproof.talk(), "problem")

    own, other = gateproof.readiness(), gateproof.readiness(process_version=2)

    assert (own["process"]["version"], own["verdict"]) == (1, "ready")
    assert (other["process"]["version"], other["verdict"]) == (2, "blocked")
    assert gateproof.get("/concepts/tariff-radar")["process"]["version"] == 1
    assert gateproof.review("H1", "go")["readiness"]["process"]["version"] == 1


def test_a_gate_that_the_other_version_has_not_got_is_not_a_pass(gateproof: Gateproof) -> None:
    publish(gateproof)
    gateproof.begin("one")
    publish(gateproof, gate="H2")

    verdict = gateproof.readiness(process_version=2, gate="H1")

    assert (verdict["verdict"], verdict["not_evaluable"]["code"]) == ("not_evaluable", "NO_SUCH_GATE")


@pytest.mark.parametrize("query", [{"process_version": 3}, {"gate": "H9"}])
def test_what_is_not_there_cannot_be_asked(gateproof: Gateproof, query: dict[str, Any]) -> None:
    publish(gateproof)
    gateproof.begin("one")

    refused = gateproof.get("/concepts/tariff-radar/readiness", 422, **query)

    assert refused["errors"][0]["field"] == f"query.{next(iter(query))}"


def test_the_same_content_is_the_same_version(gateproof: Gateproof) -> None:
    first = publish(gateproof)

    assert publish(gateproof) == first
    assert publish(gateproof, least=2)["version"] == 2
    assert publish(gateproof) == first
    versions = gateproof.get("/processes/one/versions")["items"]
    assert [version["version"] for version in versions] == [1, 2]
    assert gateproof.get("/processes/one/versions/1") == first


def test_concepts_stay_pinned_and_new_ones_take_the_newest(gateproof: Gateproof) -> None:
    publish(gateproof)
    gateproof.begin("one")
    publish(gateproof, least=2)
    gateproof.concept("newer", process="one")

    versions = [c["process"]["version"] for c in gateproof.get("/concepts")["items"]]
    assert versions == [2, 1]


def test_a_concept_takes_only_a_process_that_its_portfolio_allows(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.patch("/portfolios/energy", {"processes": ["starter"]}, **{"If-Match": '"1"'})
    body = gateproof.get("/concepts/tariff-radar")
    wanted = {name: body[name] for name in ("portfolio", "title", "origin", "primary_segment")}

    refused = gateproof.post("/concepts", {**wanted, "key": "other", "process": "stage-gate"}, 422)
    assert refused["errors"][0] == {
        "field": "body.process",
        "rule": "the portfolio does not allow this process",
        "remedy": "allowed: starter",
        "line": None,
    }
    gateproof.concept("other", process="starter")
    assert gateproof.get("/concepts/tariff-radar")["process"]["key"] == "stage-gate"
    gateproof.patch("/portfolios/energy", {"processes": None}, **{"If-Match": '"2"'})
    gateproof.concept("third", process="stage-gate")


def test_a_portfolio_allows_only_what_is_published(gateproof: Gateproof) -> None:
    body = {"key": "energy", "name": "Energy", "processes": ["starter", "nowhere"]}

    assert gateproof.post("/portfolios", body, 422)["errors"][0]["field"] == "body.processes.1"
