"""An exception from its request to its end, and what is owed for it."""

import json
from base64 import b64decode
from datetime import datetime

import pytest

from tests.conftest import FixedClock, World
from tests.gateproof import Body, Gateproof

CUSTOMERS = "g1-problem-customers"
BOTH = (CUSTOMERS, "g1-problem-conversations")


@pytest.fixture
def starting_state() -> World:
    return two_of_three


def two_of_three(gateproof: Gateproof, _: FixedClock) -> None:
    """G1 lacks one customer, and one conversation, for the problem."""
    gateproof.begin()
    talks = gateproof.ready_at_g1()
    cited = gateproof.get("/concepts/tariff-radar/citations", decision="problem")["items"]
    gateproof.withdraw(next(each["id"] for each in cited if each["conversation"] == talks[0]))


def waiver_of(gateproof: Gateproof, id: str) -> Body:
    return gateproof.get(f"/concepts/tariff-radar/waivers/{id}")


def test_a_waiver_from_its_request_to_a_go_and_its_debt(gateproof: Gateproof, clock: FixedClock) -> None:
    id = gateproof.request(*BOTH, days=20)
    asked = waiver_of(gateproof, id)
    assert (asked["state"], asked["expires_at"], asked["rulings"]) == ("requested", None, [])
    assert gateproof.readiness()["verdict"] == "blocked"

    clock.move(days=2)
    given = gateproof.approve(id)
    ends = datetime.fromisoformat(given["expires_at"])
    assert (given["state"], (ends - clock()).days) == ("active", 20)
    assert [(each["ruling"], each["by"]) for each in given["rulings"]] == [("approved", "gate-1")]

    verdict = gateproof.readiness()
    assert (verdict["verdict"], verdict["ready"], verdict["passes_until"]) == (
        "waived",
        True,
        given["expires_at"],
    )
    review = gateproof.review("G1", "go")
    assert review["accepted"]
    assert review["readiness"]["verdict"] == "waived"

    clock.move(days=20)
    late = gateproof.readiness()
    assert (late["gate"], "evidence-owed" in late["blocking"]) == ("G2", True)
    overdue = waiver_of(gateproof, id)
    assert (overdue["state"], overdue["owed"]["overdue"]) == ("expired", True)

    gateproof.cite(gateproof.talk(days_ago=1), "problem")
    assert "evidence-owed" not in gateproof.readiness()["blocking"]
    assert waiver_of(gateproof, id)["owed"]["delivered_at"]


def test_a_waived_go_is_attested_as_waived_and_replays(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.approve(gateproof.request(*BOTH))
    review = gateproof.review("G1", "go")
    frozen = review["readiness"]
    envelope = gateproof.get(f"/concepts/tariff-radar/reviews/{review['id']}/attestation")
    assert json.loads(b64decode(envelope["payload"]))["predicate"]["verdict"] == "waived"

    clock.move(days=1)
    again = gateproof.readiness(gate="G1", as_of=frozen["as_of"], position=frozen["position"])
    assert {**again, "html_url": ""} == {**frozen, "html_url": ""}


def test_it_is_expired_everywhere_at_its_end(gateproof: Gateproof, clock: FixedClock) -> None:
    id = gateproof.request(*BOTH, days=3)
    gateproof.approve(id)
    clock.move(days=3, microseconds=-1)
    assert gateproof.readiness()["verdict"] == "waived"
    clock.move(microseconds=1)
    assert gateproof.readiness()["verdict"] == "blocked"
    assert waiver_of(gateproof, id)["state"] == "expired"
    assert gateproof.get("/concepts/tariff-radar/waivers")["items"][0]["state"] == "expired"
    assert gateproof.review("G1", "go", status=409)["readiness"]["blocking"]


def test_what_breaks_a_rule_writes_nothing(gateproof: Gateproof, clock: FixedClock) -> None:
    id = gateproof.request(CUSTOMERS)
    gateproof.gatekeeper()
    known = gateproof.events(portfolio=None)
    past = {"evidence": "More", "by": "pm-1", "due_at": clock().isoformat()}

    assert gateproof.request("g1-nothing", status=422)["errors"][0]["field"] == "body.criteria.0"
    assert gateproof.request("g1-problem-heard", status=422)["errors"][0]["field"] == "body.criteria.0"
    assert gateproof.request(BOTH[1], days=31, status=422)["errors"][0]["field"] == "body.days"
    assert gateproof.request(BOTH[1], owed=past, status=422)["errors"][0]["field"] == "body.owed.due_at"
    nobody = {"evidence": "More", "by": "nobody"}
    assert gateproof.request(BOTH[1], owed=nobody, status=422)["errors"][0]["field"] == "body.owed.by"
    assert gateproof.request(CUSTOMERS, status=409)["type"] == "/problems/already-waived"
    assert gateproof.request("g2-weeks", gate="G2", status=409)["type"] == "/problems/gate-not-next"
    own = gateproof.post(f"/concepts/tariff-radar/waivers/{id}/approve", {}, 403)
    assert own["errors"][0]["field"] == "path.waiver"
    assert gateproof.events(portfolio=None) == known


def test_it_is_approved_once_and_not_on_a_killed_concept(gateproof: Gateproof) -> None:
    id, other = gateproof.request(CUSTOMERS), gateproof.request(BOTH[1])
    gateproof.approve(id)
    assert gateproof.approve(id, 409)["type"] == "/problems/waiver-not-open"
    assert gateproof.reject(id, 409)["type"] == "/problems/waiver-not-open"
    assert gateproof.revoke(other, 409)["type"] == "/problems/waiver-not-active"
    gateproof.review("G1", "kill")
    assert gateproof.approve(other, 409)["type"] == "/problems/concept-killed"
    assert gateproof.request("g1-target-customer-customers", status=409)["type"] == "/problems/concept-killed"


def test_two_tokens_of_the_requester_are_one_person(gateproof: Gateproof) -> None:
    body = {"gate": "G1", "criteria": [CUSTOMERS], "reason": "The fair", "days": 3}
    body |= {"owed": {"evidence": "One more", "by": "pm-1"}}
    made = gateproof.post("/concepts/tariff-radar/waivers", body, **gateproof.gatekeeper("pm-2"))
    token = {"name": "another", "role": "admin", "person": "pm-2"}
    other = gateproof.post("/tokens", token)["token"]
    address = f"/concepts/tariff-radar/waivers/{made['id']}/approve"
    assert gateproof.post(address, {}, 403, Authorization=f"Bearer {other}")
    assert gateproof.post(address, {}, 403)["errors"][0]["field"] == "path.waiver"
    assert gateproof.approve(made["id"])["state"] == "active"


@pytest.mark.parametrize("what", ["reject", "revoke"])
def test_the_reason_is_kept_and_shown(gateproof: Gateproof, what: str) -> None:
    id = gateproof.request(*BOTH)
    if what == "revoke":
        gateproof.approve(id)
        shown = gateproof.revoke(id)
    else:
        shown = gateproof.reject(id)
    assert shown["state"] == f"{what.removesuffix('e')}ed"
    assert shown["rulings"][-1]["reason"]
    assert gateproof.readiness()["verdict"] == "blocked"


def test_a_waiver_of_one_concept_is_none_of_another(gateproof: Gateproof) -> None:
    gateproof.concept("other")
    id = gateproof.request(*BOTH)
    gateproof.approve(id, 404, concept="other")
    gateproof.approve(id)
    assert gateproof.get("/concepts/other/waivers")["items"] == []
    gateproof.get(f"/concepts/other/waivers/{id}", 404)


def test_a_conditional_go_says_so_until_what_is_owed_is_there(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    gateproof.approve(gateproof.request(*BOTH, days=5))
    before = gateproof.get("/concepts/tariff-radar")
    assert (before["conditional"], before["owed"]) == (False, [])

    went = gateproof.review("G1", "go")
    assert went["conditional"]
    assert [each["conditional"] for each in gateproof.get("/concepts/tariff-radar/reviews")["items"]] == [
        True
    ]
    [owed] = gateproof.get("/concepts/tariff-radar")["owed"]
    assert (owed["gate"], owed["criteria"], owed["by"], owed["overdue"]) == (
        "G1",
        sorted(BOTH),
        "pm-1",
        False,
    )
    assert owed == went["readiness"]["owed"][0]

    clock.move(days=5)
    [listed] = gateproof.get("/concepts")["items"]
    assert (listed["conditional"], listed["owed"][0]["overdue"]) == (True, True)
    gateproof.cite(gateproof.talk(days_ago=1), "problem")
    after = gateproof.get("/concepts/tariff-radar")
    assert (after["conditional"], after["owed"]) == (False, [])


def test_by_a_clock_that_is_behind_the_log_it_is_no_earlier_than_the_verdict(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    """Another process, whose clock is ahead, recorded something at the very instant at which it fell due."""
    id = gateproof.request(CUSTOMERS, days=5)
    gateproof.approve(id)
    gateproof.approve(gateproof.request(BOTH[1], days=5))
    gateproof.review("G1", "go")
    clock.move(days=5)
    gateproof.post(
        "/concepts/tariff-radar/disconfirmation-notes", {"gate": "G2", "note": "Sought, and none found"}
    )
    clock.move(seconds=-1)

    assert gateproof.readiness()["owed"][0]["overdue"]
    assert gateproof.get("/concepts/tariff-radar")["owed"][0]["overdue"]
    assert gateproof.get("/concepts")["items"][0]["owed"][0]["overdue"]
    waiver = waiver_of(gateproof, id)
    assert (waiver["state"], waiver["owed"]["overdue"]) == ("expired", True)
