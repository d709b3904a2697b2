"""One valid request for every operation that writes, in an order in which they work."""

from collections.abc import Generator, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi.testclient import TestClient
from httpx2 import Response

from schemas.process import ProcessRef
from service.domain.moves.bulk_moves import Member, digest_of, joined, name_of
from service.domain.rules.process_rules import digest
from service.usecases.processes.documents import read_process
from tests.gateproof import SUMMARY, Body

YAML = "application/yaml"
KEY = "Idempotency-Key"
ONE_GATE = """
title: One gate
gates:
  - key: G1
    title: Worth building
    stage: building
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {at_least: 1, of: conversations, waivable: false}
          - {pattern: 1}
"""
LAUNCHING = ONE_GATE.replace("stage: building", "stage: building\n    launch: true")
CONCEPT = "/v1/concepts/tariff-radar"


class Write(NamedTuple):
    """A request, by its operationId."""

    operation: str
    method: str
    path: str
    body: Any
    if_match: str | None = None
    actor: str = "admin"
    token: str | None = None
    """Whose request it is, when it is not the administrator's."""
    again: int = 0
    """The address has another write in the story: a key to tell requests by is this one's own."""

    def send(self, client: TestClient, **headers: str) -> Response:
        """Do it."""
        if self.again and KEY in headers:
            headers[KEY] += "-again" * self.again
        if self.if_match is not None:
            headers.setdefault("If-Match", self.if_match)
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(self.body, str):
            headers.setdefault("Content-Type", YAML)
            return client.request(self.method, self.path, content=self.body, headers=headers)
        return client.request(self.method, self.path, json=self.body, headers=headers)


Written = tuple[Write, Response]


def tell(client: TestClient, words: str = "some words", **headers: str) -> Iterator[Written]:
    """Every write once, `words` wherever somebody may say something."""
    telling = story(words)
    write = next(telling)
    while True:
        response = write.send(client, **headers)
        assert response.status_code in (200, 201), (write.operation, response.text)
        yield write, response
        try:
            write = telling.send(response.json())
        except StopIteration:
            return


def every_write(words: str = "some words") -> dict[str, Write]:
    """The writes by operationId, without doing them; ids that they would have got are ghosts."""
    telling = story(words)
    writes, write = {}, next(telling)
    while True:
        writes[write.operation] = write
        try:
            write = telling.send({"id": "ghost"})
        except StopIteration:
            return writes


def story(words: str) -> Generator[Write, Body, None]:
    """Yields requests, is sent the answers."""
    gatekeepers = yield from _nouns(words)
    yield from _concept(words)
    yield from _waivers(words, *gatekeepers)
    body = _conversation(words)
    talk = (yield Write("record_conversation", "POST", "/v1/conversations", body))["id"]
    many = {"mode": "all", "conversations": [body]}
    yield Write("record_conversations", "POST", "/v1/conversations/bulk", many)
    known = f"/v1/conversations/by-external/notes/{quote(words)}"
    yield Write("put_conversation_by_external", "PUT", known, body | {"reason": words})
    shaped = {"effect": "changed", "from": words, "to": words, "note": f"{words} that say so"}
    cited = {"conversation": talk, "decision": "problem", "stance": "contradicts"}
    cited |= {"shaped": shaped, "excerpt": words}
    citation = (yield Write("cite", "POST", f"{CONCEPT}/citations", cited))["id"]
    many = {"mode": "all", "citations": [cited | {"stance": "neutral"}]}
    yield Write("cite_many", "POST", f"{CONCEPT}/citations/bulk", many)
    yield Write(
        "answer", "POST", f"{CONCEPT}/citations/{citation}/answer", {"answer": f"{words} that say so"}
    )
    note = {"gate": "G1", "note": f"{words} that say so"}
    yield Write("sign_disconfirmation_note", "POST", f"{CONCEPT}/disconfirmation-notes", note)
    held = {"gate": "G1", "outcome": "hold", "rationale": f"{words} that say so", "conversations": [talk]}
    yield Write("decide", "POST", f"{CONCEPT}/reviews", held)
    corrected = {"reason": words, "summary": f"{words}! {SUMMARY}"}
    yield Write("revise_conversation", "POST", f"/v1/conversations/{talk}/revisions", corrected, '"1"')
    consented = {"consent": "quote_internally", "reason": words}
    yield Write("change_consent", "POST", f"/v1/conversations/{talk}/consent", consented, '"2"')
    reason = {"reason": f"{words} that say so"}
    yield from _ways_out(words)
    yield from _themes(words, talk)
    yield from _told(words)
    yield Write("withdraw_citation", "POST", f"{CONCEPT}/citations/{citation}/withdraw", reason)
    yield Write("withdraw_conversation", "POST", f"/v1/conversations/{talk}/withdraw", reason)
    moved = {"key": "starter", "version": 1, "reason": words}
    yield Write("move_concept", "POST", f"{CONCEPT}/process", moved)
    yield Write("move_concepts", "POST", "/v1/processes/starter/moves", _back(words))
    merged = {"into": "acme", "reason": words}
    yield Write("merge_customer", "POST", "/v1/customers/other/merge", merged)
    yield Write("erase_customer", "POST", "/v1/customers/acme/erase", reason)


def _nouns(words: str) -> Generator[Write, Body, tuple[str | None, str | None]]:
    """Returns the tokens of pm-1 and pm-2, who are gatekeepers."""
    yield Write("create_portfolio", "POST", "/v1/portfolios", {"key": "energy", "name": words})
    yield Write("change_portfolio", "PATCH", "/v1/portfolios/energy", {"name": f"{words}!"}, '"1"')
    person = {"key": "pm-1", "name": words, "function": "product"}
    yield Write("create_person", "POST", "/v1/people", person)
    yield Write("change_person", "PATCH", "/v1/people/pm-1", {"name": f"{words}!"}, '"1"')
    other = person | {"key": "pm-2", "external": [{"system": "hr", "id": words}]}
    yield Write("put_person_by_external", "PUT", f"/v1/people/by-external/hr/{quote(words)}", other)
    independent = {"name": words, "role": "gatekeeper", "person": "pm-2", "portfolios": ["energy"]}
    second = (yield Write("create_token", "POST", "/v1/tokens", independent, again=1)).get("token")
    other = {"name": words, "role": "gatekeeper", "person": "pm-1", "portfolios": ["energy"]}
    token = (yield Write("create_token", "POST", "/v1/tokens", other))["id"]
    rotation = {"overlap_minutes": len(words)}
    rotated = yield Write("rotate_token", "POST", f"/v1/tokens/{token}/rotate", rotation)
    yield Write("revoke_token", "POST", f"/v1/tokens/{token}/revoke", {"reason": words})
    customer = {"key": "acme", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
    yield Write("create_customer", "POST", "/v1/customers", customer | {"name": words})
    other = customer | {"key": "other", "name": words, "reason": words}
    yield Write("put_customer_by_external", "PUT", f"/v1/customers/by-external/crm/{quote(words)}", other)
    changed = {"name": f"{words}!", "reason": words}
    yield Write("change_customer", "PATCH", "/v1/customers/acme", changed, '"1"')
    yield from _launched(words)
    yield Write("publish_process", "PUT", "/v1/processes/one-gate", ONE_GATE)
    return rotated.get("token"), second


def _launched(words: str) -> Generator[Write, Body, None]:
    """A concept of its own, launched at this very instant, and what became of it."""
    concept = "/v1/concepts/launched"
    yield Write("publish_process", "PUT", "/v1/processes/launching", LAUNCHING)
    made = _concept_said(words) | {"key": "launched", "process": "launching"}
    yield Write("create_concept", "POST", "/v1/concepts", made, again=1)
    stated = {"statement": words, "owner": "admin"}
    yield Write("state_decision", "PUT", f"{concept}/decisions/problem", stated)
    body = _conversation(words) | {"held_at": "2026-11-22T08:00:00Z"}
    talk = (yield Write("record_conversation", "POST", "/v1/conversations", body, again=1))["id"]
    cited = {"conversation": talk, "decision": "problem", "stance": "supports"}
    cited |= {"shaped": {"effect": "confirmed", "note": f"{words} that say so"}}
    yield Write("cite", "POST", f"{concept}/citations", cited)
    went = {"gate": "G1", "outcome": "go", "rationale": f"{words} that say so"}
    yield Write("decide", "POST", f"{concept}/reviews", went)
    # In other words than the first: the same would be a near copy.
    summary = (
        " ".join(f"{a}{b}ing" for a in "bdfgklmnpr" for b in ("a", "e", "i", "o", "u", "ai", "ou"))
        + f" {words}"
    )
    since = _conversation(words) | {"held_at": "2026-11-22T09:00:00Z", "summary": summary}
    talk = (yield Write("record_conversation", "POST", "/v1/conversations", since, again=2))["id"]
    became = {
        "verdict": "held",
        "learning": "generalise",
        "rationale": f"{words} that say so",
        "evidence": [talk],
    }
    yield Write("record_outcome", "PUT", f"{concept}/decisions/problem/outcome", became)


def _concept_said(words: str) -> Body:
    return {
        "key": "tariff-radar",
        "portfolio": "energy",
        "title": words,
        "process": "one-gate",
        "origin": "mandate",
        "primary_segment": "smb",
        "team": ["pm-1"],
    }


def _concept(words: str) -> Generator[Write, Body, None]:
    yield Write("create_concept", "POST", "/v1/concepts", _concept_said(words))
    yield Write("change_concept", "PATCH", CONCEPT, {"title": f"{words}!"}, '"1"')
    synced = _concept_said(words) | {"key": "synced"}
    yield Write("put_concept_by_external", "PUT", "/v1/concepts/by-external/jira/SYNC-1", synced)
    alternative = {"statement": words, "why_not": words}
    stated = {"statement": words, "owner": "admin", "alternatives": [alternative]}
    yield Write("state_decision", "PUT", f"{CONCEPT}/decisions/problem", stated)


def _waivers(words: str, gatekeeper: str | None, second: str | None) -> Generator[Write, Body, None]:
    """One that pm-1 rejects; one that pm-1 asks for, pm-2 approves, who had no part in it, and the
    administrator revokes."""
    room = f"{CONCEPT}/waivers"
    wanted = {"gate": "G1", "criteria": ["g1-problem-2"], "reason": words, "days": 30}
    wanted["owed"] = {"evidence": words, "by": "pm-1", "due_at": "2026-12-10T09:00:00Z"}
    reason, theirs = {"reason": words}, {"actor": "pm-1", "token": gatekeeper}
    rejected = (yield Write("request_waiver", "POST", room, wanted))["id"]
    yield Write("reject_waiver", "POST", f"{room}/{rejected}/reject", reason, **theirs)
    waiver = (yield Write("request_waiver", "POST", room, wanted, **theirs))["id"]
    independent = {"actor": "pm-2", "token": second}
    yield Write("approve_waiver", "POST", f"{room}/{waiver}/approve", {"note": words}, **independent)
    yield Write("revoke_waiver", "POST", f"{room}/{waiver}/revoke", reason)
    vote = {"gate": "G1", "vote": "no_go", "reason": words}
    yield Write("give_approval", "POST", f"{CONCEPT}/approvals", vote, **theirs)


def _ways_out(words: str) -> Generator[Write, Body, None]:
    """What pm-2, who had no part in anything, confirms."""
    other = {"name": words, "role": "gatekeeper", "person": "pm-2", "portfolios": ["energy"]}
    made = yield Write("create_token", "POST", "/v1/tokens", other, again=2)
    reason, theirs = {"reason": f"{words} that say so"}, {"actor": "pm-2", "token": made.get("token")}
    body = _conversation(words) | {"duration_minutes": 5, "solution_shown": False}
    many = {"mode": "all", "conversations": [body]}
    made = yield Write("record_conversations", "POST", "/v1/conversations/bulk", many, again=1)
    talk = _first(made, "conversation")
    shaped = {"effect": "confirmed", "note": f"{words} so"}
    cited = {"conversation": talk, "decision": "problem", "shaped": shaped}
    room = f"{CONCEPT}/citations"
    restated = {"statement": f"{words} again", "owner": "admin", "wording_only": True}
    decision = f"{CONCEPT}/decisions/problem"
    yield Write("state_decision", "PUT", decision, restated, '"1"', again=1)
    yield Write("confirm_wording", "POST", f"{decision}/wording", reason, **theirs)
    wrong = (yield Write("cite", "POST", room, cited | {"stance": "mixed"}, again=1))["id"]
    yield Write("withdraw_citation", "POST", f"{room}/{wrong}/withdraw", reason)
    yield Write("confirm_slip", "POST", f"{room}/{wrong}/slip", reason, **theirs)
    many = {"mode": "all", "citations": [cited | {"stance": "supports", "excerpt": words}]}
    short = _first((yield Write("cite_many", "POST", f"{room}/bulk", many, again=1)), "citation")
    yield Write("admit", "POST", f"{room}/{short}/admit", reason, **theirs)
    yield Write("withdraw_citation", "POST", f"{room}/{short}/withdraw", reason)


def _first(made: Body, what: str) -> str:
    """The id of the first of what was made in bulk."""
    id: str = made["items"][0][what]["id"] if "items" in made else "ghost"
    return id


def _back(words: str) -> Body:
    """To where it came from, in the name that a preview would answer."""
    here = digest_of(Member("tariff-radar", "starter", 1, "discovery", "S1"))
    process = read_process(ONE_GATE.encode(), is_json=False, key="one-gate")
    target = ProcessRef(key="one-gate", version=1, digest=digest(process))
    return {"key": "one-gate", "version": 1, "reason": words, "set": name_of(1, joined([here]), target)}


def _themes(words: str, talk: str) -> Generator[Write, Body, None]:
    """A theme that is entered, voiced, named anew, and merged."""
    entered = {"portfolio": "energy", "label": f"{words} of ours"}
    theme = (yield Write("enter_theme", "POST", "/v1/themes", entered))["id"]
    coded = {"conversations": [talk]}
    yield Write("code_conversations", "POST", f"/v1/themes/{theme}/conversations", coded)
    again = {"label": f"{words} again", "reason": words}
    renamed = (yield Write("rename_theme", "POST", f"/v1/themes/{theme}/rename", again))["id"]
    synonym = {"label": f"{words} too", "reason": words}
    yield Write("add_synonym", "POST", f"/v1/themes/{renamed}/synonyms", synonym)
    entered = {"portfolio": "energy", "label": f"{words} of others"}
    other = (yield Write("enter_theme", "POST", "/v1/themes", entered, again=1))["id"]
    merged = {"into": renamed, "reason": words}
    yield Write("merge_themes", "POST", f"/v1/themes/{other}/merge", merged)


def _told(words: str) -> Generator[Write, Body, None]:
    """A webhook with a test, and a badge."""
    # An address that leads nowhere, not even to somebody who is asked for it.
    wanted = {"url": "https://192.88.99.1/in", "types": ["readiness.ready"], "description": words}
    room = f"/v1/webhooks/{(yield Write('create_webhook', 'POST', '/v1/webhooks', wanted))['id']}"
    yield Write("change_webhook", "PATCH", room, {"description": f"{words}!"}, '"1"')
    yield Write("rotate_webhook_secret", "POST", f"{room}/rotate", {"overlap_hours": len(words)})
    sent = (yield Write("ping_webhook", "POST", f"{room}/ping", {}))["id"]
    yield Write("resend_delivery", "POST", f"{room}/deliveries/{sent}/resend", {})
    yield Write("end_leaps", "POST", "/v1/audit/leaps/end", {})
    badge = (yield Write("create_badge", "POST", f"{CONCEPT}/badges", {"gate": "G1"}))["id"]
    yield Write("revoke_badge", "POST", f"{CONCEPT}/badges/{badge}/revoke", {})


def _conversation(words: str) -> Body:
    return {
        "portfolio": "energy",
        "kind": "interview",
        "held_at": "2026-11-03T09:00:00Z",
        "duration_minutes": 30,
        "customer": "acme",
        "participants": [{"ref": "p1", "role": words, "colleague": False}],
        "attendees": ["pm-1"],
        "conducted_by": "own_team",
        "solution_shown": False,
        "summary": f"{words}. {SUMMARY}",
        "quotes": [{"text": words, "participant": "p1"}],
        "themes": [words],
        "commitments": [{"kind": "time", "text": words}],
        "past_spend": words,
        "consent": "notes",
    }
