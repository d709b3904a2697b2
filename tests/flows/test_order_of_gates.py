"""Go, hold, recycle, kill, reopen: what each does to a concept's way."""

import pytest

from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof


@pytest.fixture
def started(gateproof: Gateproof) -> Gateproof:
    """A concept of the small process whose evidence is enough for S1 and S2."""
    gateproof.begin("starter")
    for decision in ("problem", "value_proposition"):
        gateproof.state(decision)
    for _ in range(3):
        talk = gateproof.talk()
        gateproof.cite(talk, "problem")
        gateproof.cite(talk, "value_proposition")
    return gateproof


def standing(gateproof: Gateproof) -> tuple[str, str, str | None, list[str]]:
    concept = gateproof.get("/concepts/tariff-radar")
    return concept["status"], concept["stage"], concept["next_gate"], concept["passed_gates"]


def kind(problem: Body) -> str:
    return str(problem["type"]).rsplit("/", 1)[-1]


def test_no_gate_is_decided_before_those_ahead_of_it(started: Gateproof) -> None:
    for outcome in ("go", "hold", "recycle", "kill"):
        refused = started.review("S2", outcome, status=409)
        assert kind(refused) == "gate-not-next"
        assert refused["errors"][0]["remedy"] == "decide S1"
        assert ("readiness" in refused) == (outcome == "go")
    tried = started.get("/concepts/tariff-radar/reviews")["items"]
    assert [(each["outcome"], each["accepted"]) for each in tried] == [("go", False)]


def test_asked_out_of_order_a_gate_is_blocked_whatever_the_evidence(started: Gateproof) -> None:
    verdict = started.readiness(gate="S2")

    assert verdict["blocking"] == ["gates-in-order"]
    assert verdict["gate_criteria"][0]["remedy"] == "Pass S1 first."


def test_a_passed_gate_is_not_decided_again(started: Gateproof) -> None:
    started.review("S1", "go")

    assert kind(started.review("S1", "go", status=409)) == "gate-not-next"


def test_hold_keeps_the_stage_and_allows_a_later_go(started: Gateproof) -> None:
    started.review("S1", "hold")
    assert standing(started) == ("on_hold", "discovery", "S1", [])

    started.review("S1", "go")
    assert standing(started) == ("active", "exploring", "S2", ["S1"])


def test_hold_needs_no_evidence_and_freezes_the_true_verdict(gateproof: Gateproof) -> None:
    gateproof.begin("starter")

    assert gateproof.review("S1", "hold")["readiness"]["verdict"] == "blocked"


def test_recycle_returns_to_the_same_gate_unless_another_is_said(started: Gateproof) -> None:
    started.review("S1", "go")

    assert started.review("S2", "recycle")["to"] == "S2"
    assert standing(started) == ("active", "exploring", "S2", ["S1"])


def test_gates_from_an_earlier_one_on_need_new_goes(started: Gateproof) -> None:
    started.review("S1", "go")
    started.review("S2", "go")

    started.review("S3", "recycle", to="S1")
    assert standing(started) == ("active", "discovery", "S1", [])
    assert kind(started.review("S2", "go", status=409)) == "gate-not-next"

    started.review("S1", "go")
    assert standing(started) == ("active", "exploring", "S2", ["S1"])


def test_recycle_does_not_jump_ahead(started: Gateproof) -> None:
    refused = started.review("S1", "recycle", to="S2", status=422)

    assert refused["errors"][0]["field"] == "body.to"


def test_a_killed_concept_is_not_reviewed(started: Gateproof) -> None:
    started.review("S1", "kill")
    assert standing(started) == ("killed", "discovery", "S1", [])

    for outcome in ("go", "hold", "recycle", "kill"):
        assert kind(started.review("S1", outcome, status=409)) == "concept-killed"
    assert started.readiness()["not_evaluable"]["code"] == "CONCEPT_KILLED"


def test_reopen_restores_the_stage_before_the_kill(started: Gateproof) -> None:
    started.review("S1", "go")
    before = standing(started)
    started.review("S2", "kill")

    reopened = started.review(None, "reopen", override={"reason": "Killed by mistake"})

    assert reopened["stage"] == "exploring"
    assert standing(started) == before
    assert started.readiness()["verdict"] == "ready"


def test_what_is_not_killed_is_not_reopened(started: Gateproof) -> None:
    assert kind(started.review(None, "reopen", status=409)) == "concept-not-killed"


def test_after_the_last_gate_only_recycle_and_kill_are_left(started: Gateproof, clock: FixedClock) -> None:
    for decision in ("solution", "price"):
        started.state(decision)
    for _ in range(3):
        talk = started.talk(commitments=[{"kind": "time", "text": "Will test it"}])
        started.cite(talk, "solution")
        started.cite(talk, "price")
    for gate in ("S1", "S2", "S3"):
        started.review(gate, "go")

    for outcome in ("go", "hold"):
        assert kind(started.review("S3", outcome, status=409)) == "all-gates-passed"
    started.review("S3", "recycle")
    assert standing(started) == ("active", "building", "S3", ["S1", "S2"])
    assert started.get("/concepts/tariff-radar")["launched_at"] is None
    clock.move(days=1)
    started.review("S3", "go")
    assert started.get("/concepts/tariff-radar")["launched_at"] == "2026-11-23T09:00:00Z"


def test_stage_and_portfolio_cannot_be_patched(started: Gateproof) -> None:
    headers = {"If-Match": '"1"'}
    for field in ("stage", "portfolio", "process", "next_gate"):
        refused = started.patch("/concepts/tariff-radar", {field: "launched"}, 422, **headers)
        assert refused["errors"][0]["field"] == f"body.{field}"
