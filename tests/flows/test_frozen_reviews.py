"""A review keeps the verdict on which it was decided, word for word."""

from tests.conftest import FixedClock
from tests.gateproof import Gateproof


def test_statements_in_a_review_stay_as_they_were(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.begin()
    talks = gateproof.ready_at_g1()
    review = gateproof.review("G1", "go")
    clock.move(days=1)

    gateproof.restate("problem", "Something else entirely")
    gateproof.revise(talks[0], "Mistyped", duration_minutes=45)

    again = gateproof.get(f"/concepts/tariff-radar/reviews/{review['id']}")
    assert again == review
    statements = [decision["statement"] for decision in again["readiness"]["decisions"]]
    assert statements == ["What we hold about problem", "What we hold about target_customer"]


def test_a_review_carries_the_verdict_of_its_own_instant(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    clock.move(days=3)
    verdict = gateproof.readiness()

    review = gateproof.review("G1", "go")

    assert review["readiness"] == verdict
    assert review["decided_at"] == verdict["as_of"]
    assert review["position"] == verdict["position"]


def test_the_verdict_can_be_asked_for_again_by_position_and_instant(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    gateproof.begin()
    refused = gateproof.review("G1", "go", status=409)["readiness"]
    gateproof.ready_at_g1()
    passed = gateproof.review("G1", "go")["readiness"]
    clock.move(days=100)
    gateproof.restate("problem", "Something else entirely")

    for frozen in (refused, passed):
        asked = gateproof.readiness(gate="G1", position=frozen["position"], as_of=frozen["as_of"])
        assert asked == frozen
