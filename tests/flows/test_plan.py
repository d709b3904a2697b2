"""The plan of a blocked concept, and the what-if that it is."""

from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof

PATH = "/concepts/tariff-radar/readiness"


def enough(gateproof: Gateproof, plan: Body) -> Body:
    return gateproof.post(f"{PATH}/what-if", plan["what_if"], 200)


def test_an_untouched_concept_needs_three_conversations_for_its_first_gate(gateproof: Gateproof) -> None:
    gateproof.begin()
    known = gateproof.events()

    plan = gateproof.get(f"{PATH}/plan")

    assert (plan["needed"], plan["exact"], plan["to_state"]) == (3, True, ["problem", "target_customer"])
    [sort] = plan["conversations"]
    assert sort["how_many"] == 3
    assert [about["decision"] for about in sort["about"]] == ["problem", "target_customer"]
    assert sort["attendees"] == ["pm-1"]
    assert sort["held_after"] == "2026-08-24"
    assert sort["message"] == (
        "3 conversations about problem, target_customer, with 3 customers not heard before."
    )
    assert enough(gateproof, plan)["verdict"] == "ready"
    assert gateproof.events() == known


def test_every_gate_of_the_default_process_can_be_planned(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.begin()
    gateproof.post("/people", {"key": "m", "name": "M", "function": "marketing"})
    gateproof.post("/people", {"key": "s", "name": "S", "function": "sales"})
    for gate in ("G1", "G2", "G3", "G4", "G5"):
        plan = gateproof.get(f"{PATH}/plan", gate=gate)
        verdict = enough(gateproof, plan)
        assert plan["exact"], gate
        assert {*verdict["blocking"]} == {each["criterion"] for each in plan["not_plannable"]}, gate
    assert gateproof.get(f"{PATH}/plan", gate="PLR")["not_evaluable"]["code"] == "GATE_NOT_OPEN"


def test_the_plan_of_a_later_day_replaces_what_will_have_aged(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()

    now, later = (gateproof.get(f"{PATH}/plan", **query) for query in ({}, {"as_of": "2027-03-01T00:00:00Z"}))

    assert (now["needed"], later["needed"]) == (0, 3)
    assert enough(gateproof, later)["ready"] is True
