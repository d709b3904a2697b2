"""Over random histories, on both databases: the past reads as it was, and what was frozen replays,
whatever is erased later."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

import pytest

from tests.conftest import FixedClock, World
from tests.gateproof import Body, Gateproof, summary

RICH = """title: Rich
counts: {within_days: 30}
gates:
  - key: R1
    title: First
    stage: first
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: heard, at_least: 1, of: conversations, waivable: false}
          - {id: fresh, at_least: 1, of: customers, where: {segment: primary, within_days: 10}, level: should}
          - {id: led, at_least: 1, of: interviewers, where: {leader_attending: true}, level: should}
  - key: R2
    title: Second
    stage: second
    launch: true
    within_days: 20
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: still-heard, at_least: 1, of: conversations, waivable: false}
          - {id: shared, pattern: 2, level: should}
      - key: price
        title: The price
        level: should
        criteria:
          - {id: price-heard, at_least: 1, of: weeks, where: {relationship_not: lost}}
    criteria:
      - {id: answered, contradictions: answered}
      - {id: against, disconfirmation: 1, level: should}
      - {id: new, at_least: 1, of: conversations, where: {since: previous_gate}, level: should}
  - key: R3
    title: Third
    stage: third
    opens: {after_launch_days: 5, due_days: 50}
    decisions:
      - key: price
        title: The price
        criteria:
          - {id: price-held, at_least: 1, of: conversations, waivable: false}
          - {id: late, at_least: 1, of: conversations, where: {theme: late news}, level: should}
"""
GATES = ("R1", "R2", "R3")
STEPS = 90
CONCEPT = "/concepts/tariff-radar"


class Answer(NamedTuple):
    """A verdict, and what was asked."""

    verdict: Body
    gate: str | None
    is_past: bool


class Life:
    """A concept to which random things happen, and what was said of it on the way."""

    def __init__(self, gateproof: Gateproof, clock: FixedClock, seed: int) -> None:
        self.gateproof, self.clock, self.random = gateproof, clock, Random(seed)
        self.talks: list[str] = []
        self.citations: list[str] = []
        self.answers: list[Answer] = []

    def live(self) -> None:
        acts, weights = list(ACTS), list(ACTS.values())
        for _ in range(STEPS):
            self.random.choices(acts, weights)[0](self)
            if self.random.random() < 0.4:
                self.remember()

    def remember(self) -> None:
        """Ask of now, or of another instant."""
        gate = self.random.choice([None, None, *GATES])
        query: dict[str, Any] = {"gate": gate} if gate else {}
        days = self.random.choice([0, 0, 0, 7, 40, -3])
        if days:
            query["as_of"] = (self.clock() + timedelta(days=days)).isoformat()
        self.answers.append(Answer(self.gateproof.readiness(**query), gate, days < 0))

    def call(self, path: str, body: Body, method: str = "POST") -> str:
        """Much is refused here; nothing may break. The id of what was made."""
        headers = {"If-Match": "*"}
        answer = self.gateproof.client.request(method, f"/v1{path}", json=body, headers=headers)
        assert answer.status_code < 500, (path, answer.text)
        return str(answer.json().get("id", "")) if answer.status_code == 201 else ""

    def any_of(self, *options: Any) -> Any:
        return self.random.choice(options)

    def new_words(self) -> str:
        return summary(self.random.randrange(10**9))[:90]

    def one_of(self, some: list[str]) -> str:
        return self.random.choice(some[-6:]) if some else "nothing-yet"


def wait(life: Life) -> None:
    life.clock.move(**life.any_of({"hours": 5}, {"hours": 5}, {"days": 2}, {"microseconds": 1}))


def state(life: Life) -> None:
    body = {"statement": life.any_of("One", "Two"), "owner": life.any_of("admin", "admin", "pm-1")}
    life.call(f"{CONCEPT}/decisions/{life.any_of('problem', 'price')}", body, "PUT")


def talk(life: Life) -> None:
    held_at = life.clock() - timedelta(days=life.any_of(0, 1, 5, 15), hours=1)
    body = {
        "portfolio": "energy",
        "kind": life.any_of("interview", "interview", "interview", "survey"),
        "held_at": held_at.isoformat(),
        "duration_minutes": life.any_of(30, 30, 30, None),
        "customer": life.any_of("acme", "bolt", "cobalt"),
        "participants": [{"ref": "p1", "colleague": False}],
        "attendees": life.any_of(["pm-1"], ["pm-1"], ["admin"], ["pm-1", "admin"]),
        "solution_shown": False,
        "summary": summary(life.random.randrange(10**9)),
        "themes": life.any_of([], ["Late news"], ["late  NEWS", "price"]),
        "consent": "notes",
    }
    life.talks += filter(None, [life.call("/conversations", body)])


def cite(life: Life) -> None:
    note = life.any_of("They said so", *(life.new_words() for _ in range(5)))
    body = {
        "conversation": life.one_of(life.talks),
        "decision": life.any_of("problem", "price"),
        "stance": life.any_of(*["supports"] * 6, "contradicts", "mixed", "neutral"),
        "shaped": {"effect": "confirmed", "note": note},
    }
    life.citations += filter(None, [life.call(f"{CONCEPT}/citations", body)])


def withdraw(life: Life) -> None:
    life.call(f"{CONCEPT}/citations/{life.one_of(life.citations)}/withdraw", {"reason": "Mistaken"})


def answer(life: Life) -> None:
    for citation in life.citations[-6:]:
        life.call(f"{CONCEPT}/citations/{citation}/answer", {"answer": life.new_words()})


def revise(life: Life) -> None:
    fields = life.any_of(
        {"duration_minutes": life.any_of(None, 20)},
        {"segment": life.any_of("smb", "public")},
        {"attendees": life.any_of(["pm-1"], ["admin"], [])},
        {"consent": life.any_of("none", "notes")},
        {"customer": life.any_of("acme", "bolt")},
        {"themes": ["late news"]},
    )
    life.call(f"/conversations/{life.one_of(life.talks)}/revisions", {"reason": "Mistyped", **fields})


def take_back(life: Life) -> None:
    life.call(f"/conversations/{life.one_of(life.talks)}/withdraw", {"reason": "A cousin"})


def erase(life: Life) -> None:
    """One of the three customers, so that something is left to judge."""
    life.call("/customers/cobalt/erase", {"reason": "By letter"})


def change(life: Life) -> None:
    path, body = life.any_of(
        (CONCEPT, {"team": life.any_of(["pm-1"], ["admin"], ["admin", "pm-1"])}),
        (CONCEPT, {"segments": life.any_of([], ["public"])}),
        (CONCEPT, {"primary_segment": life.any_of("smb", "public")}),
        ("/customers/acme", {"segment": life.any_of("smb", "public"), "relationship": "lost"}),
        ("/people/pm-1", {"leader": life.any_of(True, False)}),
    )
    life.call(path, body, "PATCH")


def sign(life: Life) -> None:
    life.call(f"{CONCEPT}/disconfirmation-notes", {"gate": life.any_of(*GATES), "note": life.new_words()})


def review(life: Life) -> None:
    following = life.gateproof.get(CONCEPT)["next_gate"] or "R3"
    outcome = life.any_of(*["go"] * 8, "hold", "recycle", "kill")
    body = {"gate": following, "outcome": outcome, "rationale": "We say so"}
    if outcome == "recycle":
        body["to"] = life.any_of("R1", following)
    life.call(f"{CONCEPT}/reviews", body)
    if life.random.random() < 0.7:
        reopened = {"outcome": "reopen", "rationale": "Not so fast"}
        if not life.call(f"{CONCEPT}/reviews", reopened | {"conversations": [life.one_of(life.talks)]}):
            life.call(f"{CONCEPT}/reviews", reopened | {"override": {"reason": "Too hasty"}})


ACTS: dict[Callable[[Life], None], int] = {
    wait: 8,
    state: 1,
    talk: 8,
    cite: 14,
    withdraw: 2,
    answer: 2,
    revise: 3,
    take_back: 1,
    erase: 1,
    change: 3,
    sign: 1,
    review: 7,
}


@cache
def lived(seed: int) -> World:
    """A life by this seed; the world is what was said in it."""

    def live(gateproof: Gateproof, clock: FixedClock) -> list[Answer]:
        yaml = {"Content-Type": "application/yaml"}
        assert gateproof.client.put("/v1/processes/rich", content=RICH, headers=yaml).status_code == 201
        gateproof.begin("rich")
        for key, segment in (("acme", "smb"), ("bolt", "smb"), ("cobalt", "public")):
            gateproof.customer(key, segment=segment)
        for decision in ("problem", "price"):
            gateproof.state(decision)
        life = Life(gateproof, clock, seed)
        life.live()
        return life.answers

    return live


@pytest.fixture(params=(4, 9))
def starting_state(request: pytest.FixtureRequest) -> World:
    return lived(request.param)


def mute(verdict: Body) -> Body:
    """Without themes' labels: of all that a verdict says, only they are a customer's to take back."""
    decided = [criterion for decision in verdict["decisions"] for criterion in decision["criteria"]]
    for criterion in (*verdict["gate_criteria"], *decided):
        if criterion["shared"]:
            criterion["shared"]["label"] = None
    return verdict


def test_every_verdict_can_be_asked_for_again(gateproof: Gateproof, world: list[Answer]) -> None:
    assert len({answer.verdict["verdict"] for answer in world}) > 1
    for answer in world:
        query = {"position": answer.verdict["position"], "as_of": answer.verdict["as_of"]}
        if answer.gate:
            query["gate"] = answer.gate
        assert mute(gateproof.readiness(**query)) == mute(deepcopy(answer.verdict))


def test_every_frozen_verdict_replays(gateproof: Gateproof) -> None:
    reviews = gateproof.get(f"{CONCEPT}/reviews", limit=200)["items"]
    assert {review["accepted"] for review in reviews} == {True, False}
    for review in reviews:
        query = {"position": review["position"], "as_of": review["decided_at"]}
        if review["gate"]:
            query["gate"] = review["gate"]
        assert mute(gateproof.readiness(**query)) == mute(review["readiness"]), review["outcome"]


def test_no_gate_is_passed_without_a_go_on_a_ready_verdict(gateproof: Gateproof) -> None:
    reviews = gateproof.get(f"{CONCEPT}/reviews", limit=200, accepted=True)["items"]
    goes = [review for review in reviews if review["outcome"] == "go"]

    assert goes
    assert all(review["readiness"]["ready"] for review in goes)
    passed = gateproof.get(CONCEPT)["passed_gates"]
    assert passed == list(GATES[: len(passed)])
    assert set(passed) <= {review["gate"] for review in goes}
