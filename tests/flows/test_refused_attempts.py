"""A go that was not earned is on record, and changes nothing else."""

from tests.gateproof import Gateproof


def test_the_refused_attempt_is_listed_with_its_frozen_verdict(gateproof: Gateproof) -> None:
    gateproof.begin()
    refused = gateproof.review("G1", "go", status=409)

    attempts = gateproof.get("/concepts/tariff-radar/reviews", accepted=False)["items"]

    assert [(a["gate"], a["outcome"], a["accepted"]) for a in attempts] == [("G1", "go", False)]
    assert attempts[0]["rationale"] == "We say go."
    assert attempts[0]["decided_by"] == "admin"
    assert attempts[0]["readiness"] == refused["readiness"]
    assert gateproof.get("/concepts/tariff-radar/reviews", accepted=True)["items"] == []


def test_the_log_tells_of_it_without_words(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.review("G1", "go", status=409, rationale="The competitor is ahead of us")

    event = gateproof.events()[-1]

    assert event["type"] == "review.refused"
    assert (event["data"]["gate"], event["data"]["verdict"]) == ("G1", "blocked")
    assert "competitor" not in str(event)


def test_concept_and_verdict_are_as_before(gateproof: Gateproof) -> None:
    gateproof.begin()
    concept, verdict = gateproof.get("/concepts/tariff-radar"), gateproof.readiness()

    gateproof.review("G1", "go", status=409)

    assert gateproof.get("/concepts/tariff-radar") == concept
    assert gateproof.readiness() == verdict


def test_the_same_go_is_judged_anew(gateproof: Gateproof) -> None:
    gateproof.begin()
    body = {"gate": "G1", "outcome": "go", "rationale": "We say so now"}
    key = {"Idempotency-Key": "one-press"}
    gateproof.post("/concepts/tariff-radar/reviews", body, 409, **key)
    gateproof.ready_at_g1()

    made = gateproof.post("/concepts/tariff-radar/reviews", body, 201, **key)
    again = gateproof.post("/concepts/tariff-radar/reviews", body, 201, **key)

    assert again == made
    reviews = gateproof.get("/concepts/tariff-radar/reviews")["items"]
    assert [review["accepted"] for review in reviews] == [False, True]
