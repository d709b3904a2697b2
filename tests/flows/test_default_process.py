"""The default process from idea to post-launch review, on honest evidence only."""

from typing import Any

from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof

COMMITMENT = {"commitments": [{"kind": "money", "text": "Signed for the pilot"}]}
QUOTE = {"quotes": [{"text": "I find out when it hurts.", "participant": "p1"}]}


def hear(gateproof: Gateproof, number: int, *decisions: str, **fields: Any) -> None:
    """So many talks with new customers over the last weeks, each cited for these decisions."""
    for n in range(number):
        talk = gateproof.talk(days_ago=1 + 2 * n, **fields)
        for decision in decisions:
            gateproof.cite(talk, decision)


def doubted(gateproof: Gateproof, decision: str) -> None:
    """A talk that does not simply agree, and the answer of the decision's owner."""
    talk = gateproof.talk(days_ago=1)
    made = gateproof.cite(talk, decision, "mixed")
    of = f"{decision}{gateproof.talks}"
    gateproof.answer(made["id"], f"They like some{of} of it; we{of} leave{of} out{of} the other{of} half{of}")


def state(gateproof: Gateproof, *decisions: str) -> None:
    for decision in decisions:
        gateproof.state(decision)


def earn_g1(gateproof: Gateproof) -> None:
    state(gateproof, "problem", "target_customer")
    hear(gateproof, 3, "problem", "target_customer", themes=["late news"])


def earn_g2(gateproof: Gateproof) -> None:
    hear(gateproof, 3, "problem", "target_customer", themes=["Late  News"])
    doubted(gateproof, "problem")


def earn_g3(gateproof: Gateproof) -> None:
    state(gateproof, "value_proposition", "solution", "willingness_to_pay")
    hear(gateproof, 6, "problem", "value_proposition")
    hear(gateproof, 5, "solution", "willingness_to_pay", past_spend="They paid a broker", solution_shown=True)
    doubted(gateproof, "problem")


def earn_g4(gateproof: Gateproof) -> None:
    watched = {"kind": "usability_session", "solution_shown": True}
    hear(gateproof, 5, "solution", "willingness_to_pay", **watched, **COMMITMENT)
    doubted(gateproof, "solution")


def earn_g5(gateproof: Gateproof) -> None:
    state(gateproof, "positioning", "price", "channel", "pilot_outcome")
    everybody = {"attendees": ["pm-1", "marketer", "seller"]}
    hear(gateproof, 5, "positioning", "price", "channel", "pilot_outcome", **everybody, **COMMITMENT, **QUOTE)
    doubted(gateproof, "price")


def earn_plr(gateproof: Gateproof) -> None:
    decisions = ("did_each_decision_hold", "outcome_vs_north_star", "generalise_or_leave_behind")
    state(gateproof, *decisions)
    for n, relationship in enumerate(["customer", "lost", *["prospect"] * 6]):
        gateproof.customer(f"after-{n}", relationship=relationship)
        talk = gateproof.talk(f"after-{n}", days_ago=1 + 2 * n)
        for decision in decisions:
            gateproof.cite(talk, decision)
    doubted(gateproof, decisions[0])


EARN = {"G1": earn_g1, "G2": earn_g2, "G3": earn_g3, "G4": earn_g4, "G5": earn_g5, "PLR": earn_plr}
STAGES = ["scoping", "business_case", "development", "testing", "launched", "in_market"]


def vote(gateproof: Gateproof, gate: str) -> None:
    for person in ("gate-1", "gate-2"):
        gateproof.vote(gate, by=person)


def pass_gate(gateproof: Gateproof, gate: str) -> Body:
    EARN[gate](gateproof)
    if gate not in ("G1", "G2"):
        assert gateproof.readiness()["blocking"] == [f"{gate.lower()}-approvals"]
        vote(gateproof, gate)
    verdict = gateproof.readiness()
    assert (verdict["gate"], verdict["blocking"]) == (gate, [])
    return gateproof.review(gate, "go")


def begin(gateproof: Gateproof) -> None:
    gateproof.begin()
    for key, function in (("marketer", "marketing"), ("seller", "sales")):
        gateproof.post("/people", {"key": key, "name": key, "function": function})


def test_a_concept_is_walked_through_every_gate(gateproof: Gateproof, clock: FixedClock) -> None:
    begin(gateproof)
    for gate, stage in zip(EARN, STAGES, strict=True):
        assert gateproof.readiness()["ready"] is False, f"{gate} was passed on the evidence before it"
        assert pass_gate(gateproof, gate)["stage"] == stage
        clock.move(days=61 if gate == "G5" else 27)

    concept = gateproof.get("/concepts/tariff-radar")
    assert concept["passed_gates"] == list(EARN)
    assert (concept["status"], concept["next_gate"]) == ("completed", None)
    assert gateproof.readiness()["not_evaluable"]["code"] == "ALL_GATES_PASSED"


def test_the_post_launch_review_opens_sixty_days_after_launch(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    begin(gateproof)
    for gate in list(EARN)[:5]:
        pass_gate(gateproof, gate)
        clock.move(days=27)
    launched = gateproof.get("/concepts/tariff-radar")["launched_at"]
    earn_plr(gateproof)
    assert gateproof.vote("PLR", status=409)["type"] == "/problems/nothing-to-approve"

    early = gateproof.readiness()
    assert (early["verdict"], early["not_evaluable"]["code"]) == ("not_evaluable", "GATE_NOT_OPEN")
    assert early["next_change_at"] == early["opens_at"]
    refused = gateproof.review("PLR", "go", status=409)
    assert refused["readiness"]["verdict"] == "not_evaluable"

    assert (clock() - clock().fromisoformat(launched)).days == 27
    clock.move(days=33, microseconds=-1)
    assert gateproof.readiness()["not_evaluable"]["code"] == "GATE_NOT_OPEN"
    clock.move(microseconds=1)
    vote(gateproof, "PLR")
    assert gateproof.readiness()["verdict"] == "ready"
    assert gateproof.review("PLR", "go")["stage"] == "in_market"


def test_without_its_should_decisions_a_gate_warns_and_passes(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    begin(gateproof)
    pass_gate(gateproof, "G1")
    clock.move(days=7)
    earn_g2(gateproof)

    verdict = gateproof.readiness()

    assert verdict["ready"]
    assert verdict["warnings"] == ["g2-value-proposition-conversations", "g2-value-proposition-customers"]
