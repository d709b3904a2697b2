"""Go, hold, recycle, kill, reopen: what each does to a concept's way."""

import pytest

from tests.conftest import FixedClock, World, begins_with
from tests.gateproof import Body, Gateproof


@pytest.fixture
def starting_state() -> World:
    return started


def started(gateproof: Gateproof, _: FixedClock) -> None:
    """A concept of the small process whose evidence is enough for S1 and S2."""
    gateproof.begin("starter")
    for decision in ("problem", "value_proposition"):
        gateproof.state(decision)
    for _ in range(3):
        talk = gateproof.talk()
        gateproof.cite(talk, "problem")
        gateproof.cite(talk, "value_proposition")


def standing(gateproof: Gateproof) -> tuple[str, str, str | None, list[str]]:
    concept = gateproof.get("/concepts/tariff-radar")
    return concept["status"], concept["stage"], concept["next_gate"], concept["passed_gates"]


def kind(problem: Body) -> str:
    return str(problem["type"]).rsplit("/", 1)[-1]


def test_no_gate_is_decided_before_those_ahead_of_it(gateproof: Gateproof) -> None:
    for outcome in ("go", "hold", "recycle", "kill"):
        refused = gateproof.review("S2", outcome, status=409)
        assert kind(refused) == "gate-not-next"
        assert refused["errors"][0]["remedy"] == "decide S1"
        assert ("readiness" in refused) == (outcome == "go")
    tried = gateproof.get("/concepts/tariff-radar/reviews")["items"]
    assert [(each["outcome"], each["accepted"]) for each in tried] == [("go", False)]


def test_asked_out_of_order_a_gate_is_blocked_whatever_the_evidence(gateproof: Gateproof) -> None:
    verdict = gateproof.readiness(gate="S2")

    assert verdict["blocking"] == ["gates-in-order"]
    assert verdict["gate_criteria"][0]["remedy"] == "Pass S1 first."


def test_a_passed_gate_is_not_decided_again(gateproof: Gateproof) -> None:
    gateproof.review("S1", "go")

    assert kind(gateproof.review("S1", "go", status=409)) == "gate-not-next"


def test_hold_keeps_the_stage_and_allows_a_later_go(gateproof: Gateproof) -> None:
    gateproof.review("S1", "hold")
    assert standing(gateproof) == ("on_hold", "discovery", "S1", [])

    gateproof.review("S1", "go")
    assert standing(gateproof) == ("active", "exploring", "S2", ["S1"])


@begins_with("prepared")
def test_hold_needs_no_evidence_and_freezes_the_true_verdict(gateproof: Gateproof) -> None:
    gateproof.begin("starter")

    assert gateproof.review("S1", "hold")["readiness"]["verdict"] == "blocked"


def test_recycle_returns_to_the_same_gate_unless_another_is_said(gateproof: Gateproof) -> None:
    gateproof.review("S1", "go")

    assert gateproof.review("S2", "recycle")["to"] == "S2"
    assert standing(gateproof) == ("active", "exploring", "S2", ["S1"])


def test_gates_from_an_earlier_one_on_need_new_goes(gateproof: Gateproof) -> None:
    gateproof.review("S1", "go")
    gateproof.review("S2", "go")

    gateproof.review("S3", "recycle", to="S1")
    assert standing(gateproof) == ("active", "discovery", "S1", [])
    assert kind(gateproof.review("S2", "go", status=409)) == "gate-not-next"

    gateproof.review("S1", "go")
    assert standing(gateproof) == ("active", "exploring", "S2", ["S1"])


def test_recycle_does_not_jump_ahead(gateproof: Gateproof) -> None:
    refused = gateproof.review("S1", "recycle", to="S2", status=422)

    assert refused["errors"][0]["field"] == "body.to"


def test_a_killed_concept_is_not_reviewed(gateproof: Gateproof) -> None:
    gateproof.review("S1", "kill")
    assert standing(gateproof) == ("killed", "discovery", "S1", [])

    for outcome in ("go", "hold", "recycle", "kill"):
        assert kind(gateproof.review("S1", outcome, status=409)) == "concept-killed"
    assert gateproof.readiness()["not_evaluable"]["code"] == "CONCEPT_KILLED"


def test_reopen_restores_the_stage_before_the_kill(gateproof: Gateproof) -> None:
    gateproof.review("S1", "go")
    before = standing(gateproof)
    gateproof.review("S2", "kill")

    reopened = gateproof.review(None, "reopen", override={"reason": "Killed by mistake"})

    assert reopened["stage"] == "exploring"
    assert standing(gateproof) == before
    assert gateproof.readiness()["verdict"] == "ready"


def test_what_is_not_killed_is_not_reopened(gateproof: Gateproof) -> None:
    assert kind(gateproof.review(None, "reopen", status=409)) == "concept-not-killed"


def test_after_the_last_gate_only_recycle_and_kill_are_left(gateproof: Gateproof, clock: FixedClock) -> None:
    for decision in ("solution", "price"):
        gateproof.state(decision)
    for _ in range(3):
        talk = gateproof.talk(commitments=[{"kind": "time", "text": "Will test it"}])
        gateproof.cite(talk, "solution")
        gateproof.cite(talk, "price")
    for gate in ("S1", "S2", "S3"):
        gateproof.review(gate, "go")

    for outcome in ("go", "hold"):
        assert kind(gateproof.review("S3", outcome, status=409)) == "all-gates-passed"
    gateproof.review("S3", "recycle")
    assert standing(gateproof) == ("active", "building", "S3", ["S1", "S2"])
    assert gateproof.get("/concepts/tariff-radar")["launched_at"] is None
    clock.move(days=1)
    gateproof.review("S3", "go")
    assert gateproof.get("/concepts/tariff-radar")["launched_at"] == "2026-11-23T09:00:00Z"


def test_stage_and_portfolio_cannot_be_patched(gateproof: Gateproof) -> None:
    headers = {"If-Match": '"1"'}
    for field in ("stage", "portfolio", "process", "next_gate"):
        refused = gateproof.patch("/concepts/tariff-radar", {field: "launched"}, 422, **headers)
        assert refused["errors"][0]["field"] == f"body.{field}"
