"""Every review, refused attempts too, replays to the verdict that is frozen in it, until somebody meddles."""

import pytest

from service.store.sql.engine import Database
from tests.audit.tampering import tamper
from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof


def replay(gateproof: Gateproof, review: str) -> Body:
    return gateproof.get(f"/concepts/tariff-radar/reviews/{review}/replay")


def passed(gateproof: Gateproof) -> str:
    gateproof.begin()
    gateproof.ready_at_g1()
    review: str = gateproof.review("G1", "go")["id"]
    return review


def test_every_review_replays_whatever_came_after(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.begin()
    gateproof.review("G1", "go", status=409)
    clock.move(days=1)
    talks = gateproof.ready_at_g1()
    gateproof.review("G1", "go")
    gateproof.review("G2", "hold")
    gateproof.review("G2", "recycle", to="G1")
    gateproof.review("G3", "go", status=409)
    gateproof.review("G1", "kill", conversations=[gateproof.talk()])
    gateproof.review("G1", "go", status=409)
    clock.move(days=100)
    since = gateproof.talk()
    gateproof.review(None, "reopen", conversations=[since])
    gateproof.restate("problem", "Something else entirely")
    gateproof.revise(talks[0], segment="enterprise")

    reviews = gateproof.get("/concepts/tariff-radar/reviews")["items"]
    assert len(reviews) == 8
    for review in reviews:
        replayed = replay(gateproof, review["id"])
        assert (replayed["identical"], replayed["difference"]) == (True, None), (review["outcome"], replayed)
        assert replayed["as_of"] == review["readiness"]["as_of"]
        assert replayed["process"] == review["readiness"]["process"]


def test_erased_words_are_no_difference(gateproof: Gateproof) -> None:
    review = passed(gateproof)
    gateproof.post("/customers/customer-1/erase", {"reason": "They asked"}, 200)

    assert gateproof.get(f"/concepts/tariff-radar/reviews/{review}")["evidence_erased"]
    assert replay(gateproof, review)["identical"] is True


@pytest.mark.parametrize(
    ("message", "difference"),
    [
        ("The concept was killed; reopen it first.", None),
        ("The concept was killed; leave it.", "/not_evaluable/message"),
    ],
)
def test_what_was_said_of_a_killed_concept_before_is_said_in_other_words_today(
    gateproof: Gateproof, db: Database, message: str, difference: str | None
) -> None:
    gateproof.begin()
    gateproof.review("G1", "kill")
    reopened = gateproof.review(None, "reopen", override={"reason": "It was by mistake"})
    today = reopened["readiness"]["not_evaluable"]["message"]
    tamper(
        db, f"UPDATE reviews SET readiness = replace(readiness, '{today}', '{message}')".replace(":", "\\:")
    )

    replayed = replay(gateproof, reopened["id"])

    assert (replayed["identical"], replayed["difference"]) == (difference is None, difference)


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        (
            "UPDATE reviews SET readiness = replace(readiness, '\"actual\"\\:3', '\"actual\"\\:4')",
            "/decisions/0/",
        ),
        (
            "UPDATE reviews SET readiness = replace(readiness, '\"warnings\"\\:', '\"wornings\"\\:')",
            "/warnings",
        ),
        ("UPDATE reviews SET readiness = 'no document'", ""),
        ("UPDATE events SET data = replace(data, '\"minutes\"\\:30', '\"minutes\"\\:3')", "/verdict"),
        ("DELETE FROM events WHERE type = 'review.decided'", ""),
        ("DELETE FROM events WHERE type = 'citation.made'", "/verdict"),
    ],
)
def test_what_was_meddled_with_is_named_by_its_place(
    gateproof: Gateproof, db: Database, statement: str, difference: str
) -> None:
    review = passed(gateproof)
    assert replay(gateproof, review)["identical"] is True
    tamper(db, statement)
    db.parsed.clear()

    replayed = replay(gateproof, review)

    assert replayed["identical"] is False
    assert replayed["difference"].startswith(difference)
    assert (replayed["difference"] == "") == (difference == "")
