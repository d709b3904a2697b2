"""The API in a test's words: what happens is in the test, how it is said is here."""

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

Body = dict[str, Any]
SUMMARY = " ".join(f"word{n}" for n in range(70))


def summary(talk: int) -> str:
    """What was said in this talk and in no other."""
    return " ".join(f"word{n}of{talk}" for n in range(70))


class Gateproof:
    """Defaults make everything count; a test says only what it is about."""

    def __init__(self, client: TestClient, clock: Callable[[], datetime]) -> None:
        self.client, self.clock = client, clock
        self.talks = self.cited = 0
        self._gatekeepers: dict[str, str] = {}

    def by(self, client: TestClient, clock: Callable[[], datetime]) -> "Gateproof":
        """The same, told on to another client."""
        other = copy(self)
        other.client, other.clock, other._gatekeepers = client, clock, dict(self._gatekeepers)
        return other

    def post(self, path: str, body: Body, status: int = 201, **headers: str) -> Body:
        return expect(self.client.post(f"/v1{path}", json=body, headers=headers), status)

    def put(self, path: str, body: Body, status: int = 201, **headers: str) -> Body:
        return expect(self.client.put(f"/v1{path}", json=body, headers=headers), status)

    def patch(self, path: str, body: Body, status: int = 200, **headers: str) -> Body:
        return expect(self.client.patch(f"/v1{path}", json=body, headers=headers), status)

    def get(self, path: str, status: int = 200, **query: Any) -> Body:
        return expect(self.client.get(f"/v1{path}", params=query), status)

    def begin(self, process: str = "stage-gate", **concept: Any) -> None:
        """The nouns of product.md's example."""
        self.post("/portfolios", {"key": "energy", "name": "Energy data"})
        self.post("/people", {"key": "pm-1", "name": "First", "function": "product"})
        self.concept(process=process, **concept)

    def concept(self, key: str = "tariff-radar", **fields: Any) -> Body:
        body = {
            "key": key,
            "portfolio": "energy",
            "title": "Tariff radar",
            "process": "stage-gate",
            "origin": "customer_pattern",
            "primary_segment": "smb",
            "team": ["pm-1"],
        }
        return self.post("/concepts", body | fields)

    def customer(self, key: str, **fields: Any) -> None:
        body = {"key": key, "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
        self.post("/customers", body | fields)

    def state(self, decision: str, concept: str = "tariff-radar", status: int = 201, **fields: Any) -> Body:
        body = {"statement": f"What we hold about {decision}", "owner": "admin"}
        return self.put(f"/concepts/{concept}/decisions/{decision}", body | fields, status)

    def talk(self, customer: str | None = None, *, days_ago: float = 10, **fields: Any) -> str:
        """Record a conversation, with a new customer unless one is named; its id. A field that is `...` is
        left out."""
        self.talks += 1
        if customer is None:
            customer = f"customer-{self.talks}"
            self.customer(customer)
        held_at = self.clock() - timedelta(days=days_ago)
        body = {
            "portfolio": "energy",
            "kind": "interview",
            "held_at": held_at.isoformat(),
            "duration_minutes": 30,
            "customer": customer,
            "participants": [{"ref": "p1", "role": "analyst", "colleague": False}],
            "attendees": ["pm-1"],
            "conducted_by": "own_team",
            "solution_shown": False,
            "summary": summary(self.talks),
            "consent": "quote_internally",
        }
        given = {name: value for name, value in (body | fields).items() if value is not ...}
        made: str = self.post("/conversations", given)["id"]
        return made

    def cite(
        self,
        conversation: str,
        decision: str,
        stance: str = "supports",
        concept: str = "tariff-radar",
        status: int = 201,
        **fields: Any,
    ) -> Body:
        self.cited += 1
        said = " ".join(f"{word}{self.cited}" for word in ("they", "told", "us"))
        note = f"In {conversation} {said} what {decision} rests on"
        body = {
            "conversation": conversation,
            "decision": decision,
            "stance": stance,
            "shaped": {"effect": "confirmed", "note": note},
        }
        return self.post(f"/concepts/{concept}/citations", body | fields, status)

    def readiness(self, concept: str = "tariff-radar", **query: Any) -> Body:
        return self.get(f"/concepts/{concept}/readiness", **query)

    def review(
        self, gate: str | None, outcome: str, concept: str = "tariff-radar", status: int = 201, **fields: Any
    ) -> Body:
        body = {"gate": gate, "outcome": outcome, "rationale": f"We say {outcome}."}
        return self.post(f"/concepts/{concept}/reviews", body | fields, status)

    def restate(self, decision: str, statement: str, concept: str = "tariff-radar", **fields: Any) -> Body:
        """Another wording (or owner), by somebody who read the present one."""
        path = f"/concepts/{concept}/decisions/{decision}"
        now = self.get(path)
        body = {"statement": statement, "owner": now["owner"]}
        return self.put(path, body | fields, 200, **{"If-Match": f'"{now["revision"]}"'})

    def revise(self, conversation: str, reason: str = "Corrected", **fields: Any) -> Body:
        """A new revision, by somebody who read the present one."""
        path = f"/conversations/{conversation}"
        tag = f'"{self.get(path)["revision"]}"'
        return self.post(f"{path}/revisions", {"reason": reason} | fields, 201, **{"If-Match": tag})

    def consent(self, conversation: str, consent: str, reason: str = "They rang", status: int = 200) -> Body:
        """Another consent, by somebody who read the present one."""
        path = f"/conversations/{conversation}"
        tag = f'"{self.get(path)["revision"]}"'
        body = {"consent": consent, "reason": reason}
        return self.post(f"{path}/consent", body, status, **{"If-Match": tag})

    def answer(
        self, citation: str, answer: str, concept: str = "tariff-radar", status: int = 200, **headers: str
    ) -> Body:
        return self.post(
            f"/concepts/{concept}/citations/{citation}/answer", {"answer": answer}, status, **headers
        )

    def withdraw(self, citation: str, concept: str = "tariff-radar", status: int = 200) -> Body:
        path = f"/concepts/{concept}/citations/{citation}/withdraw"
        return self.post(path, {"reason": "Cited by mistake"}, status)

    def request(
        self,
        *criteria: str,
        gate: str = "G1",
        concept: str = "tariff-radar",
        status: int = 201,
        **fields: Any,
    ) -> Any:
        """Ask for a waiver; its id, or the problem."""
        body = {"gate": gate, "criteria": criteria, "reason": "The fair is this week", "days": 30}
        body["owed"] = {"evidence": "The rest of them", "by": "pm-1"}
        made = self.post(f"/concepts/{concept}/waivers", body | fields, status)
        return made["id"] if status == 201 else made

    def approve(self, waiver: str, status: int = 200, **fields: Any) -> Body:
        return self._rule(waiver, "approve", {"note": "Once"}, status, **fields)

    def reject(self, waiver: str, status: int = 200, **fields: Any) -> Body:
        return self._rule(waiver, "reject", {"reason": "Wait a week"}, status, **fields)

    def revoke(self, waiver: str, status: int = 200, **fields: Any) -> Body:
        return self._rule(waiver, "revoke", {"reason": "No longer needed"}, status, **fields)

    def _rule(
        self,
        waiver: str,
        what: str,
        body: Body,
        status: int,
        concept: str = "tariff-radar",
        by: str = "gate-1",
    ) -> Body:
        """Said by somebody who did not ask for it."""
        headers = self.gatekeeper(by)
        return self.post(f"/concepts/{concept}/waivers/{waiver}/{what}", body, status, **headers)

    def vote(
        self,
        gate: str,
        vote: str = "go",
        *,
        by: str = "gate-1",
        concept: str = "tariff-radar",
        status: int = 201,
        **fields: Any,
    ) -> Body:
        """Said by somebody who had no part in the evidence."""
        body = {"gate": gate, "vote": vote, "reason": f"We say {vote}."} | fields
        return self.post(f"/concepts/{concept}/approvals", body, status, **self.gatekeeper(by))

    def gatekeeper(self, person: str = "gate-1") -> dict[str, str]:
        """The headers with which this person calls, entered when they are first asked for."""
        if person not in self._gatekeepers:
            self.post("/people", {"key": person, "name": person, "function": "management"})
            token: Body = {"name": person, "role": "gatekeeper", "person": person, "expires_in_days": 365}
            token["long_lived"] = True
            self._gatekeepers[person] = self.post("/tokens", token)["token"]
        return {"Authorization": f"Bearer {self._gatekeepers[person]}"}

    def launch(self, concept: str = "launched", process: str = "starter") -> None:
        """A concept of its own, on its way through `starter`: three conversations for each decision."""
        self.concept(concept, process=process)
        talks = [self.talk(commitments=[{"kind": "time", "text": "Tries it out"}]) for _ in range(3)]
        for decision in ("problem", "value_proposition", "solution", "price"):
            self.state(decision, concept)
            for talk in talks:
                self.cite(talk, decision, concept=concept)
        for gate in ("S1", "S2", "S3"):
            self.review(gate, "go", concept)

    def judge(
        self,
        decision: str,
        verdict: str,
        *evidence: str,
        concept: str = "launched",
        status: int = 201,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> Body:
        """What became of a decision: by a talk of this instant, unless conversations are named."""
        rests_on = evidence or (self.talk(days_ago=0),)
        body = {"verdict": verdict, "rationale": f"We say {verdict}.", "evidence": rests_on}
        path = f"/concepts/{concept}/decisions/{decision}/outcome"
        return self.put(path, body | fields, status, **headers or {})

    def events(self, portfolio: str | None = "energy", **query: Any) -> list[Body]:
        """The whole log, or one chain of it, page after page."""
        if portfolio is not None:
            query["portfolio"] = portfolio
        items: list[Body] = []
        page = self.get("/events", limit=200, **query)
        while page["items"]:
            items += page["items"]
            page = self.get("/events", limit=200, cursor=page["resume"], **query)
        return items

    def ready_at_g1(self) -> list[str]:
        """Three conversations with three customers, cited for both decisions of G1."""
        for decision in ("problem", "target_customer"):
            self.state(decision)
        talks = [self.talk() for _ in range(3)]
        for talk in talks:
            self.cite(talk, "problem")
            self.cite(talk, "target_customer")
        return talks


def expect(response: Response, status: int) -> Body:
    """The answer's body, when its status is the one expected."""
    assert response.status_code == status, response.text
    answer: Body = response.json()
    return answer
