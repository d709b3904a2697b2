"""The main job: blocked, then justified, then through."""

from tests.gateproof import Gateproof


def test_a_go_is_blocked_until_conversations_justify_it(gateproof: Gateproof) -> None:
    gateproof.begin()

    refused = gateproof.review("G1", "go", status=409)
    assert refused["type"].endswith("/gate-not-ready")
    assert refused["readiness"]["verdict"] == "blocked"

    gateproof.ready_at_g1()
    assert gateproof.readiness()["verdict"] == "ready"
    review = gateproof.review("G1", "go")
    assert review["readiness"]["ready"]
    concept = gateproof.get("/concepts/tariff-radar")
    assert (concept["stage"], concept["next_gate"]) == ("scoping", "G2")
