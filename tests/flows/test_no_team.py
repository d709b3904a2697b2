"""A concept that has no team yet."""

from tests.gateproof import Gateproof


def test_its_verdict_is_asked_for_and_verified_as_any_other(gateproof: Gateproof) -> None:
    gateproof.begin(team=[])
    gateproof.state("problem")
    assert gateproof.readiness(as_of="2026-11-22T09:00:00Z")["verdict"] == "blocked"
    assert gateproof.readiness()["verdict"] == "blocked"
    assert gateproof.get("/readiness")["items"][0]["verdict"] == "blocked"
    gateproof.review("G1", "hold")
    verified = gateproof.get("/audit/verify")
    assert (verified["ok"], verified["findings"]) == (True, [])
