"""Kill, hold and recycle say what they rest on; reopening takes somebody heard since, or an override."""

from typing import Any

import pytest

from tests.conftest import FixedClock
from tests.contract.operations import one_error
from tests.flows.test_modes import begin
from tests.gateproof import Body, Gateproof

REVIEWS = "/concepts/tariff-radar/reviews"
OVERRIDE = {"reason": "Killed by mistake"}


def kind(problem: Body) -> str:
    return str(problem["type"]).rpartition("/")[2]


def status(gateproof: Gateproof) -> str:
    return str(gateproof.get("/concepts/tariff-radar")["status"])


@pytest.fixture
def killed(gateproof: Gateproof, clock: FixedClock) -> Gateproof:
    gateproof.begin()
    gateproof.review("G1", "kill")
    clock.move(days=5)
    return gateproof


@pytest.mark.parametrize("outcome", ["hold", "recycle", "kill"])
def test_what_a_decision_rests_on_stands_in_the_review_and_in_the_log(
    gateproof: Gateproof, outcome: str
) -> None:
    gateproof.begin()
    talks = [gateproof.talk(kind="survey"), gateproof.talk()]

    made = gateproof.review("G1", outcome, conversations=talks)

    assert made["conversations"] == talks
    assert gateproof.get(f"{REVIEWS}/{made['id']}") == made
    assert gateproof.get(REVIEWS)["items"] == [made]
    assert gateproof.events()[-1]["data"]["conversations"] == talks


def test_without_any_the_review_says_so(gateproof: Gateproof) -> None:
    gateproof.begin()

    made = gateproof.review("G1", "hold")

    assert (made["conversations"], made["override"], made["refused"]) == ([], None, None)
    assert "conversations" not in gateproof.events()[-1]["data"]


def test_a_go_rests_on_what_is_cited(gateproof: Gateproof) -> None:
    gateproof.begin()
    talk = gateproof.talk()

    refused = gateproof.review("G1", "go", status=422, conversations=[talk])

    assert refused["errors"][0]["field"] == "body.conversations"
    assert gateproof.get(REVIEWS)["items"] == []


def test_what_is_not_there_is_named_by_its_place(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.customer("brook", portfolio="water")
    talk, theirs = gateproof.talk(), gateproof.talk("brook", portfolio="water")

    for wrong in ("cnv_ghost", theirs):
        refused = gateproof.review("G1", "kill", status=422, conversations=[talk, wrong])
        [error] = refused["errors"]
        assert error["field"] == "body.conversations.1"
        assert error["rule"] == "the concept's portfolio has no such conversation"
    twice = gateproof.review("G1", "kill", status=422, conversations=[talk, talk])
    assert twice["errors"][0]["field"] == "body.conversations.1"
    assert status(gateproof) == "active"


def test_nothing_new_rests_on_what_was_taken_back(gateproof: Gateproof) -> None:
    gateproof.begin()
    gone, back = gateproof.talk(), gateproof.talk()
    gateproof.post("/customers/customer-1/erase", {"reason": "They asked"}, 200)
    gateproof.post(f"/conversations/{back}/withdraw", {"reason": "A cousin"}, 200)

    for talk, problem in ((gone, "conversation-erased"), (back, "conversation-withdrawn")):
        refused = gateproof.review("G1", "kill", status=409, conversations=[talk])
        assert (kind(refused), refused["errors"][0]["field"]) == (problem, "body.conversations.0")


@pytest.mark.parametrize("outcome", ["go", "hold", "recycle", "kill", "reopen"])
@pytest.mark.parametrize("rationale", ["  \n ", "\u200b", "..."])
def test_every_outcome_says_why(gateproof: Gateproof, outcome: str, rationale: str) -> None:
    gateproof.begin()
    if outcome == "reopen":
        gateproof.review("G1", "kill")
    body = {"gate": None if outcome == "reopen" else "G1", "outcome": outcome, "rationale": rationale}

    one_error(gateproof.client.post(f"/v1{REVIEWS}", json=body), 422, "body.rationale")


def test_erased_it_stays_as_an_id_and_the_review_says_so(gateproof: Gateproof) -> None:
    gateproof.begin()
    talk = gateproof.talk()
    review = gateproof.review("G1", "kill", conversations=[talk])["id"]

    exported = gateproof.get("/customers/customer-1/export")["reviews"]
    assert [(each["id"], each["concept"], each["conversations"]) for each in exported] == [
        (review, "tariff-radar", [talk])
    ]
    erasure = gateproof.post("/customers/customer-1/erase", {"reason": "They asked"}, 200)

    assert erasure["reviews"] == 1
    after = gateproof.get(f"{REVIEWS}/{review}")
    assert after["conversations"] == [talk]
    assert [each["conversation"] for each in after["evidence_erased"]] == [talk]
    assert gateproof.get(f"{REVIEWS}/{review}/replay")["identical"] is True


def test_nobody_heard_since_and_it_stays_killed(killed: Gateproof) -> None:
    before, known = killed.talk(days_ago=6), len(killed.events())

    unsaid = killed.review(None, "reopen", status=409)
    assert kind(unsaid) == "reopening-needs-conversation"
    assert "held after 2026-11-22T09:00:00+00:00" in unsaid["errors"][0]["rule"]
    error = killed.review(None, "reopen", status=409, conversations=[before])
    assert (error["errors"][0]["field"], error["errors"][0]["rule"]) == (
        "body.conversations.0",
        "It was held before the kill.",
    )
    assert (status(killed), len(killed.events())) == ("killed", known)


def test_somebody_heard_since_reopens_it(killed: Gateproof) -> None:
    since = killed.talk(days_ago=1)

    reopened = killed.review(None, "reopen", conversations=[since])

    assert (reopened["conversations"], reopened["override"]) == ([since], None)
    assert status(killed) == "active"
    assert killed.get(f"{REVIEWS}/{reopened['id']}/replay")["identical"] is True


def test_each_kill_wants_its_own_talk(killed: Gateproof, clock: FixedClock) -> None:
    since = killed.talk(days_ago=1)
    killed.review(None, "reopen", conversations=[since])
    killed.review("G1", "kill")
    clock.move(days=5)

    assert killed.review(None, "reopen", status=409, conversations=[since])["errors"]
    killed.review(None, "reopen", conversations=[killed.talk(days_ago=1)])


def test_the_verdict_of_a_killed_concept_says_what_reopening_takes(killed: Gateproof) -> None:
    message = killed.readiness()["not_evaluable"]["message"]

    assert message.endswith("name a conversation that counts, held after 2026-11-22T09:00:00+00:00.")


def test_an_admin_overrides_and_says_why(killed: Gateproof) -> None:
    reopened = killed.review(None, "reopen", override=OVERRIDE)

    assert reopened["override"] == OVERRIDE
    assert killed.get(f"{REVIEWS}/{reopened['id']}") == reopened
    event = killed.events()[-1]
    assert event["data"]["override"] is True
    assert "mistake" not in str(event)


def test_nobody_else_does(killed: Gateproof) -> None:
    body = {"outcome": "reopen", "rationale": "We say so now", "override": OVERRIDE}
    gatekeeper = killed.gatekeeper()

    refused = killed.post(REVIEWS, body, 403, **gatekeeper)

    assert (kind(refused), refused["errors"][0]["field"]) == ("forbidden", "body.override")
    assert status(killed) == "killed"
    since = {"outcome": "reopen", "rationale": "We say so now", "conversations": [killed.talk(days_ago=1)]}
    killed.post(REVIEWS, since, 201, **gatekeeper)


@pytest.mark.parametrize("fields", [{"override": {"reason": " "}}, {"override": {"reason": "-"}}])
def test_an_override_says_something(killed: Gateproof, fields: dict[str, Any]) -> None:
    refused = killed.review(None, "reopen", status=422, **fields)
    assert refused["errors"][0]["field"] == "body.override.reason"


def test_only_a_reopening_is_overridden(gateproof: Gateproof) -> None:
    gateproof.begin()
    refused = gateproof.review("G1", "go", status=422, override=OVERRIDE)
    assert refused["errors"][0]["field"] == "body.override"


@pytest.mark.parametrize("mode", ["observe", "warn"])
def test_a_process_that_does_not_enforce_lets_it_be_reopened(gateproof: Gateproof, mode: str) -> None:
    begin(gateproof, mode)
    gateproof.review("H1", "kill")

    if mode == "warn":
        assert "acknowledged: true" in gateproof.review(None, "reopen", status=409)["detail"]
    reopened = gateproof.review(None, "reopen", acknowledged=mode == "warn")

    assert (reopened["enforced"], reopened["override"]) == (False, None)


def test_a_go_of_what_was_killed_is_on_record(killed: Gateproof) -> None:
    refused = killed.review("G1", "go", status=409)

    assert (kind(refused), refused["errors"][0]["remedy"]) == ("concept-killed", "reopen it first")
    assert refused["readiness"]["not_evaluable"]["code"] == "CONCEPT_KILLED"
    assert refused["readiness"]["html_url"]
    [attempt] = killed.get(REVIEWS, accepted=False)["items"]
    assert (attempt["refused"], attempt["readiness"]) == ("concept-killed", refused["readiness"])
    assert killed.get(f"{REVIEWS}/{attempt['id']}/replay")["identical"] is True


def test_a_go_at_a_gate_that_others_come_before_is_on_record(gateproof: Gateproof) -> None:
    gateproof.begin()

    refused = gateproof.review("G3", "go", status=409)

    assert (kind(refused), refused["errors"][0]["remedy"]) == ("gate-not-next", "decide G1")
    assert "gates-in-order" in refused["readiness"]["blocking"]
    [attempt] = gateproof.get(REVIEWS, accepted=False)["items"]
    assert (attempt["gate"], attempt["refused"]) == ("G3", "gate-not-next")
    event = gateproof.events()[-1]
    assert (event["type"], event["data"]["refused"]) == ("review.refused", "gate-not-next")


def test_a_second_press_is_no_attempt(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    gateproof.review("G1", "go")

    refused = gateproof.review("G1", "go", status=409)

    assert kind(refused) == "gate-not-next"
    assert "readiness" not in refused
    assert gateproof.get(REVIEWS, accepted=False)["items"] == []


def test_a_go_that_is_not_earned_says_so_too(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.review("G1", "go", status=409)

    [attempt] = gateproof.get(REVIEWS)["items"]
    assert attempt["refused"] == "gate-not-ready"
