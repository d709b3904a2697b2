"""The small process: three gates on two or three customers each."""

from tests.gateproof import Gateproof


def hear(gateproof: Gateproof, number: int, *decisions: str, **fields: object) -> None:
    for _ in range(number):
        talk = gateproof.talk(**fields)
        for decision in decisions:
            gateproof.cite(talk, decision)


def test_a_team_that_starts_small_walks_it_to_launch(gateproof: Gateproof) -> None:
    gateproof.begin("starter")
    for decision in ("problem", "value_proposition", "solution", "price"):
        gateproof.state(decision)
    assert gateproof.readiness()["blocking"] == [
        "s1-problem-heard",
        "s1-problem-conversations",
        "s1-problem-customers",
    ]

    hear(gateproof, 2, "problem", "value_proposition")
    assert gateproof.review("S1", "go")["stage"] == "exploring"
    assert gateproof.readiness()["blocking"] == ["s2-problem-conversations", "s2-problem-customers"]

    hear(gateproof, 1, "problem")
    assert gateproof.review("S2", "go")["stage"] == "building"

    hear(gateproof, 3, "solution", "price", solution_shown=True)
    assert gateproof.readiness()["blocking"] == ["s3-price-commitment"]
    hear(gateproof, 1, "price", commitments=[{"kind": "time", "text": "Will test it with us"}])
    assert gateproof.review("S3", "go")["stage"] == "launched"

    concept = gateproof.get("/concepts/tariff-radar")
    assert (concept["status"], concept["launched_at"]) == ("completed", "2026-11-22T09:00:00Z")


def test_one_friendly_customer_five_times_is_one_customer(gateproof: Gateproof) -> None:
    gateproof.begin("starter")
    gateproof.state("problem")
    gateproof.customer("friend")
    for days_ago in range(1, 6):
        gateproof.cite(gateproof.talk("friend", days_ago=days_ago), "problem")

    assert gateproof.readiness()["blocking"] == ["s1-problem-customers"]
