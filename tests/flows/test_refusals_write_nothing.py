"""What exceptions, consent and questions are refused for: a clear problem, and the log as it was."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from tests.conftest import FixedClock
from tests.contract.operations import problem
from tests.gateproof import Body, Gateproof

PROCESS = """title: Consented
waivers: {max_days: 10}
gates:
  - key: G1
    title: First
    stage: first
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: heard, at_least: 1, of: conversations, waivable: false}
          - {id: customers, at_least: 2, of: customers}
          - {id: weeks, at_least: 2, of: weeks}
          - {id: quotes, at_least: 2, of: quotes}
    criteria:
      - {id: consent, approvals: 2}
"""
YAML = {"Content-Type": "application/yaml"}
CONCEPT = "/v1/concepts/tariff-radar"
KILLED = "/v1/concepts/killed"


class Place(NamedTuple):
    """A concept with one waiver that is asked for and one that was given, which one gatekeeper approved on
    the first reading; evidence that only another portfolio has; a killed concept with an open request."""

    gateproof: Gateproof
    clock: FixedClock
    asked: str
    given: str
    read: int
    foreign: str
    open_there: str


@pytest.fixture
def place(gateproof: Gateproof, clock: FixedClock) -> Place:
    assert gateproof.client.put("/v1/processes/voted", content=PROCESS, headers=YAML).status_code == 201
    gateproof.begin("voted")
    gateproof.concept("killed", process="voted")
    for concept in ("tariff-radar", "killed"):
        gateproof.state("problem", concept)
    said = [{"text": text, "participant": "p1"} for text in ("Every winter", "I pay for it twice")]
    gateproof.cite(gateproof.talk(quotes=said), "problem")
    gateproof.cite(gateproof.talk("customer-1", days_ago=20), "problem")
    open_there = gateproof.request("weeks", days=5, concept="killed")
    gateproof.review("G1", "kill", concept="killed")
    asked, given = gateproof.request("weeks", days=5), gateproof.request("customers", days=5)
    read = gateproof.readiness()["position"]
    gateproof.approve(given)
    gateproof.vote("G1", by="gate-1")
    gateproof.gatekeeper("gate-2")
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.customer("foreign", portfolio="water")
    foreign = gateproof.talk("foreign", portfolio="water")
    return Place(gateproof, clock, asked, given, read, foreign, open_there)


def request(
    place: Place, *criteria: str, to: str = CONCEPT, due: timedelta | None = None, **fields: Any
) -> Any:
    owed: Body = {"evidence": "More", "by": "pm-1"}
    if due is not None:
        owed["due_at"] = (place.clock() + due).isoformat()
    body = {"gate": "G1", "criteria": criteria, "reason": "The fair", "days": 5, "owed": owed}
    return place.gateproof.client.post(f"{to}/waivers", json=body | fields)


def ruled(place: Place, waiver: str, ruling: str, *, by: str | None, to: str = CONCEPT) -> Any:
    headers = place.gateproof.gatekeeper(by) if by else {}
    body = {} if ruling == "approve" else {"reason": "Enough"}
    return place.gateproof.client.post(f"{to}/waivers/{waiver}/{ruling}", json=body, headers=headers)


def vote(place: Place, by: str | None, to: str = CONCEPT, **fields: Any) -> Any:
    headers = place.gateproof.gatekeeper(by) if by else {}
    body = {"gate": "G1", "vote": "go", "reason": "Seen"} | fields
    return place.gateproof.client.post(f"{to}/approvals", json=body, headers=headers)


def what_if(place: Place, **fields: Any) -> Any:
    return place.gateproof.client.post(f"{CONCEPT}/readiness/what-if", json=fields)


def simulate(place: Place, draft: str) -> Any:
    return place.gateproof.client.post("/v1/processes/voted/simulate", content=draft, headers=YAML)


SUPPOSED = [{"conversation": "ghost", "decision": "problem"}]
REFUSED: dict[str, tuple[Any, int, str, str | None]] = {
    "approving one's own waiver": (
        lambda p: ruled(p, p.asked, "approve", by=None),
        *(403, "forbidden", "path.waiver"),
    ),
    "rejecting one's own waiver": (
        lambda p: ruled(p, p.asked, "reject", by=None),
        *(403, "forbidden", "path.waiver"),
    ),
    "approving a waiver twice": (
        lambda p: ruled(p, p.given, "approve", by="gate-1"),
        *(409, "waiver-not-open", "path.waiver"),
    ),
    "approving it twice, as another": (
        lambda p: ruled(p, p.given, "approve", by="gate-2"),
        *(409, "waiver-not-open", "path.waiver"),
    ),
    "revoking what was not given": (
        lambda p: ruled(p, p.asked, "revoke", by="gate-1"),
        *(409, "waiver-not-active", "path.waiver"),
    ),
    "ruling on a waiver of another concept": (
        lambda p: ruled(p, p.open_there, "approve", by="gate-1"),
        *(404, "not-found", None),
    ),
    "a waiver for a criterion that does not exist": (
        lambda p: request(p, "colour"),
        *(422, "invalid-request", "body.criteria.0"),
    ),
    "one for a criterion that is never waived": (
        lambda p: request(p, "quotes", "consent"),
        *(422, "invalid-request", "body.criteria.1"),
    ),
    "one for what Gateproof adds": (
        lambda p: request(p, "evidence-owed"),
        *(422, "invalid-request", "body.criteria.0"),
    ),
    "a second one for the same": (
        lambda p: request(p, "customers"),
        409,
        "already-waived",
        "body.criteria.0",
    ),
    "one that is due in the past": (
        lambda p: request(p, "quotes", due=timedelta(microseconds=-1)),
        *(422, "invalid-request", "body.owed.due_at"),
    ),
    "one that is due now": (
        lambda p: request(p, "quotes", due=timedelta()),
        *(422, "invalid-request", "body.owed.due_at"),
    ),
    "one that is due beyond the limit": (
        lambda p: request(p, "quotes", due=timedelta(days=10, microseconds=1)),
        *(422, "invalid-request", "body.owed.due_at"),
    ),
    "one for no time": (lambda p: request(p, "quotes", days=0), 422, "invalid-request", "body.days"),
    "one beyond the limit": (lambda p: request(p, "quotes", days=11), 422, "invalid-request", "body.days"),
    "one on a killed concept": (
        lambda p: request(p, "quotes", to=KILLED),
        *(409, "concept-killed", "path.concept"),
    ),
    "approving one on a killed concept": (
        lambda p: ruled(p, p.open_there, "approve", by="gate-1", to=KILLED),
        *(409, "concept-killed", "path.concept"),
    ),
    "voting on one's own evidence": (lambda p: vote(p, None), 403, "forbidden", "body.vote"),
    "voting twice": (lambda p: vote(p, "gate-1"), 409, "already-approved", "body.vote"),
    "voting on what has changed since": (
        lambda p: vote(p, "gate-2", position=p.read),
        *(409, "changed-since", "body.position"),
    ),
    "voting on what is not yet": (
        lambda p: vote(p, "gate-2", position=10_000),
        *(422, "invalid-request", "body.position"),
    ),
    "voting on a killed concept": (
        lambda p: vote(p, "gate-2", to=KILLED),
        *(409, "concept-killed", "path.concept"),
    ),
    "supposing another portfolio's conversation": (
        lambda p: what_if(p, citations=[{"conversation": p.foreign, "decision": "problem"}]),
        *(422, "invalid-request", "body.citations.0.conversation"),
    ),
    "supposing a ghost": (
        lambda p: what_if(p, citations=SUPPOSED),
        *(422, "invalid-request", "body.citations.0.conversation"),
    ),
    "trying a draft whose floor is waivable": (
        lambda p: simulate(p, PROCESS.replace(", waivable: false", "")),
        *(422, "invalid-process", "body.gates.0.decisions.0.criteria"),
    ),
    "trying a draft that is no YAML": (lambda p: simulate(p, "title: [1"), 422, "invalid-process", "body"),
}


def test_each_is_a_clear_problem_and_nothing_is_written(place: Place) -> None:
    log, verdict = place.gateproof.events(portfolio=None), place.gateproof.readiness()
    for what, (call, status, kind, field) in REFUSED.items():
        body = problem(call(place), status, what)
        assert body["type"] == f"/problems/{kind}", what
        if field is not None:
            [error] = body["errors"]
            assert error["field"] == field, what
            assert error["rule"], what
            assert error["remedy"], what
        assert place.gateproof.events(portfolio=None) == log, what
    assert place.gateproof.readiness() == verdict
