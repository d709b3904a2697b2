"""How each step of a life is called; much is refused, and nothing may break."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.conftest import START, FixedClock
from tests.gateproof import Body, Gateproof, expect
from tests.properties.lives import CUSTOMERS, DECISIONS, DOCUMENTS, GATEKEEPERS, Step

YAML = {"Content-Type": "application/yaml"}
NUMBERS = count(1)


class Late:
    """A clock that is so many seconds behind another."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.behind = clock, timedelta()

    def __call__(self) -> datetime:
        return self.clock() - self.behind


class Town:
    """Services on one database, each with what it keeps, and those who call them."""

    def __init__(self, services: list[Gateproof], clock: FixedClock, late: Late) -> None:
        self.services, self.clock, self.late = services, clock, late
        first = services[0]
        for document in DOCUMENTS:
            expect(first.client.put("/v1/processes/mixed", content=document, headers=YAML), 201)
        first.post("/people", {"key": "pm-1", "name": "First", "function": "product"})
        self.gatekeepers = {person: first.gatekeeper(person) for person in GATEKEEPERS}
        bot: Body = {"name": "Nightly", "role": "bot", "expires_in_days": 90}
        self.bot = {"Authorization": f"Bearer {first.post('/tokens', bot)['token']}"}


class Life:
    """Two concepts of a portfolio of their own, and what happens to them, from START on."""

    def __init__(self, town: Town, behind: float = 0) -> None:
        self.town, self.clock, self.number = town, town.clock, next(NUMBERS)
        self.clock.instant, town.late.behind = START, timedelta(seconds=behind)
        self.gateproof = town.services[0]
        self.portfolio = f"portfolio-{self.number}"
        self.concepts = [f"first-{self.number}", f"second-{self.number}"]
        self.talks: list[str] = []
        self.citations: dict[str, list[str]] = {concept: [] for concept in self.concepts}
        self.waivers: dict[str, list[str]] = {concept: [] for concept in self.concepts}
        self._said = count(1)
        self.gateproof.post("/portfolios", {"key": self.portfolio, "name": "Its own"})
        for key, segment in CUSTOMERS.items():
            self.gateproof.customer(self.mine(key), portfolio=self.portfolio, segment=segment)
        for concept in self.concepts:
            self.gateproof.concept(concept, portfolio=self.portfolio, process="mixed", process_version=1)

    def mine(self, customer: str) -> str:
        return f"{customer}-{self.number}"

    def live(self, via: int, step: Step) -> None:
        """Let it happen, called through that service."""
        self.gateproof = self.town.services[via]
        what, *arguments = step
        ACTS[what](self, *arguments)

    def call(self, path: str, body: Body, method: str = "POST", **headers: str) -> Body:
        """What was made or changed; nothing when it was refused."""
        sent = {"If-Match": "*"} | headers
        answer = self.gateproof.client.request(method, f"/v1{path}", json=body, headers=sent)
        assert answer.status_code < 500, (path, body, answer.text)
        made: Body = answer.json() if answer.status_code < 300 else {}
        return made

    def path(self, of: int) -> str:
        return f"/concepts/{self.concepts[of]}"

    def concept(self, of: int) -> Body:
        return self.gateproof.get(self.path(of))

    def new_words(self) -> str:
        number = next(self._said)
        return f"Said{number} told{number} heard{number}"


def chosen(some: list[str], index: int) -> str:
    """One of the latest."""
    return some[-1 - index % len(some)] if some else "nothing-yet"


def wait(life: Life, apart: dict[str, float]) -> None:
    life.clock.move(**apart)


def wait_until(life: Life, of: int, what: str, ticks: int) -> None:
    """To the very instant at which something turns, or next to it."""
    answer = life.gateproof.readiness(life.concepts[of])
    every = [*answer["gate_criteria"], *(one for each in answer["decisions"] for one in each["criteria"])]
    instants = {
        "passes_until": [answer["passes_until"]],
        "next_change_at": [answer["next_change_at"]],
        "owed": [each["due_at"] for each in answer["owed"]],
        "waiver": [each["waiver"]["expires_at"] for each in every if each["waiver"]],
    }[what]
    to_come = [at for each in instants if each and (at := datetime.fromisoformat(each)) > life.clock()]
    if to_come:
        life.clock.instant = max(life.clock(), min(to_come) + ticks * timedelta(microseconds=1))


def talk(life: Life, document: Body) -> str:
    held_at = life.clock() - timedelta(**document["held"])
    body = {
        "portfolio": life.portfolio,
        "kind": "interview",
        "held_at": held_at.isoformat(),
        "duration_minutes": 30,
        "participants": [{"ref": "p1", "colleague": False}],
        "attendees": ["pm-1"],
        "solution_shown": False,
        "summary": f"{(said := life.new_words())}. "
        + " ".join(f"{said.replace(' ', '')}of{n}" for n in range(70)),
        "consent": "quote_internally",
        **{name: value for name, value in document.items() if name != "held"},
        "customer": life.mine(document["customer"]),
        "quotes": [{"text": life.new_words(), "participant": "p1"} for _ in range(document.get("quotes", 0))],
    }
    made: str = life.call("/conversations", body).get("id", "")
    life.talks += filter(None, [made])
    return made


def cite(life: Life, of: int, index: int, decision: str, stance: str) -> None:
    _cite(life, of, chosen(life.talks, index), decision, stance)


def _cite(life: Life, of: int, conversation: str, decision: str, stance: str) -> None:
    body = {
        "conversation": conversation,
        "decision": decision,
        "stance": stance,
        "shaped": {"effect": "confirmed", "note": life.new_words()},
    }
    made = life.call(f"{life.path(of)}/citations", body).get("id")
    life.citations[life.concepts[of]] += filter(None, [made])


def hear(life: Life, of: int, body: Body, decisions: list[str], stance: str) -> None:
    made = talk(life, body)
    for decision in decisions:
        _cite(life, of, made, decision, stance)


def hear_enough(life: Life, of: int) -> None:
    """What most criteria ask for."""
    for decision in DECISIONS:
        if decision not in stated(life, of):
            state(life, of, decision, "One")
    for customer in ("acme", "bolt", "cora"):
        body = {"customer": customer, "held": {"hours": 2}, "themes": ["Late news"], "quotes": 2}
        hear(life, of, body | {"attendees": ["pm-1", "gate-1"]}, [*DECISIONS], "supports")


def stated(life: Life, of: int) -> set[str]:
    listed = life.gateproof.get(f"{life.path(of)}/decisions")["items"]
    return {each["key"] for each in listed}


def revise(life: Life, index: int, changed: Body) -> None:
    body = {"reason": "Mistyped", **changed}
    if "customer" in body:
        body["customer"] = life.mine(body["customer"])
    life.call(f"/conversations/{chosen(life.talks, index)}/revisions", body)


def consent(life: Life, index: int, text: str) -> None:
    life.call(f"/conversations/{chosen(life.talks, index)}/consent", {"consent": text, "reason": "They rang"})


def withdraw_talk(life: Life, index: int) -> None:
    life.call(f"/conversations/{chosen(life.talks, index)}/withdraw", {"reason": "A cousin"})


def withdraw_citation(life: Life, of: int, index: int) -> None:
    citation = chosen(life.citations[life.concepts[of]], index)
    life.call(f"{life.path(of)}/citations/{citation}/withdraw", {"reason": "Mistaken"})


def erase(life: Life, customer: str) -> None:
    life.call(f"/customers/{life.mine(customer)}/erase", {"reason": "By letter"})


def state(life: Life, of: int, decision: str, words: str) -> None:
    body = {"statement": words, "owner": "admin"}
    life.call(f"{life.path(of)}/decisions/{decision}", body, "PUT")


def hand_over(life: Life, of: int, decision: str) -> None:
    path = f"{life.path(of)}/decisions/{decision}"
    if decision in stated(life, of):
        now = life.gateproof.get(path)
        owner = "pm-1" if now["owner"] == "admin" else "admin"
        life.call(path, {"statement": now["statement"], "owner": owner}, "PUT")


def answer_all(life: Life, of: int) -> None:
    answer = life.gateproof.readiness(life.concepts[of])
    for citation in {id for entry in answer["gate_criteria"] for id in entry["unanswered"]}:
        life.call(f"{life.path(of)}/citations/{citation}/answer", {"answer": life.new_words()})


def note(life: Life, of: int) -> None:
    body = {"gate": life.concept(of)["next_gate"] or "G3", "note": life.new_words()}
    life.call(f"{life.path(of)}/disconfirmation-notes", body)


def change_concept(life: Life, of: int, body: Body) -> None:
    life.call(life.path(of), body, "PATCH")


def change_customer(life: Life, customer: str, segment: str) -> None:
    life.call(f"/customers/{life.mine(customer)}", {"segment": segment}, "PATCH")


def request(
    life: Life, of: int, indices: list[int], days: int, due: dict[str, float] | None, *, every: bool = False
) -> str:
    """A waiver of some or all of what blocks and may be waived; its id."""
    answer = life.gateproof.readiness(life.concepts[of])
    entries = [*answer["gate_criteria"], *(one for each in answer["decisions"] for one in each["criteria"])]
    ids = [each["id"] for each in entries if each["waivable"] and (each["outcome"] == "unmet" or not every)]
    criteria = ids if every else sorted({ids[index % len(ids)] for index in indices if ids})
    owed: Body = {"evidence": "The rest", "by": "pm-1"}
    if due:
        owed["due_at"] = (life.clock() + timedelta(**due)).isoformat()
    body = {"gate": answer["gate"], "criteria": criteria, "reason": "The fair", "days": days, "owed": owed}
    made: str = life.call(f"{life.path(of)}/waivers", body).get("id", "")
    life.waivers[life.concepts[of]] += filter(None, [made])
    return made


def waive_what_blocks(life: Life, of: int, days: int, due: dict[str, float] | None) -> None:
    if made := request(life, of, [], days, due, every=True):
        path = f"{life.path(of)}/waivers/{made}/approve"
        life.call(path, {"note": "Once"}, **life.town.gatekeepers["gate-1"])


def rule(life: Life, of: int, index: int, ruling: str) -> None:
    body = {"note": "Once"} if ruling == "approve" else {"reason": "Enough"}
    path = f"{life.path(of)}/waivers/{chosen(life.waivers[life.concepts[of]], index)}/{ruling}"
    life.call(path, body, **life.town.gatekeepers["gate-2"])


def vote(life: Life, of: int, person: str, text: str, position: int | None = None) -> bool:
    body = {"gate": life.concept(of)["next_gate"] or "G3", "vote": text, "reason": "Seen"}
    if position is not None:
        body["position"] = position
    return bool(life.call(f"{life.path(of)}/approvals", body, **life.town.gatekeepers[person]))


def vote_on_what_was_read(life: Life, of: int, person: str) -> None:
    vote(life, of, person, "go", life.gateproof.readiness(life.concepts[of])["position"])


def review(life: Life, of: int, outcome: str, index: int) -> None:
    concept = life.concept(of)
    body: Body = {"outcome": outcome, "rationale": "We say so"}
    if outcome != "reopen":
        body["gate"] = concept["next_gate"] or "G3"
    elif index % 2:
        body["conversations"] = [chosen(life.talks, index // 2)]
    else:
        body["override"] = {"reason": "Too hasty"}
    if outcome == "recycle" and index % 3:
        passed = [*concept["passed_gates"], body["gate"]]
        body["to"] = passed[index % len(passed)]
    if outcome == "go" and index % 2:
        body["acknowledged"] = True
    life.call(f"{life.path(of)}/reviews", body)


def pass_(life: Life, of: int) -> None:
    """All that is in a team's power, and then a go."""
    life.clock.move(hours=3)
    hear_enough(life, of)
    answer_all(life, of)
    note(life, of)
    for person in GATEKEEPERS[1:]:
        vote(life, of, person, "go")
    review(life, of, "go", 0)


def move(life: Life, of: int, version: int) -> None:
    life.call(f"{life.path(of)}/process", {"version": version, "reason": "Stricter"})


ACTS: dict[str, Callable[..., Any]] = {
    "wait": wait,
    "wait until": wait_until,
    "talk": talk,
    "hear": hear,
    "cite": cite,
    "hear enough": hear_enough,
    "revise": revise,
    "consent": consent,
    "withdraw talk": withdraw_talk,
    "withdraw citation": withdraw_citation,
    "erase": erase,
    "state": state,
    "hand over": hand_over,
    "answer all": answer_all,
    "note": note,
    "change concept": change_concept,
    "change customer": change_customer,
    "request": request,
    "waive what blocks": waive_what_blocks,
    "rule": rule,
    "vote": vote,
    "vote on what was read": vote_on_what_was_read,
    "review": review,
    "pass": pass_,
    "move": move,
}
