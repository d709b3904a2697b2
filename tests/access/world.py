"""Two portfolios alike, somebody in each role who sees the first only, and every operation asked of both."""

from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

from httpx2 import Response

from tests.conftest import FixedClock
from tests.contract.operations import Operation, guarded
from tests.contract.story import LAUNCHING, ONE_GATE, YAML
from tests.gateproof import Body, Gateproof, summary

OWN, FOREIGN, GHOST = "energy", "water", "ghost"
KINDS = (OWN, FOREIGN, GHOST)
ROLES = ("admin", "product_manager", "researcher", "gatekeeper", "auditor", "bot")
OPERATIONS = {operation.id: operation for operation in guarded()}
NUMBERS = count(1)


NO_HEAD = {
    "payloadType": "application/json",
    "payload": "e30=",
    "signatures": [{"keyid": "0", "sig": "AA=="}],
}


class Request(NamedTuple):
    """What to send for an operation."""

    path: dict[str, str]
    body: Any = None
    query: dict[str, str] | None = None


Ids = dict[str, dict[str, str]]
"""By portfolio, then by what it is the id of."""


class World:
    """Things by the portfolio that they are in; a ghost for each that is in none."""

    def __init__(self, gateproof: Gateproof, clock: FixedClock, ids: Ids) -> None:
        self.admin, self.clock, self.ids = gateproof, clock, ids

    def make(self) -> None:
        """Make the things."""
        gateproof = self.admin
        self.ids[GHOST] = dict.fromkeys(PARTS, GHOST) | {"decision": "problem"}
        for process, document in (("one-gate", ONE_GATE), ("launching", LAUNCHING)):
            gateproof.client.put(f"/v1/processes/{process}", content=document, headers={"Content-Type": YAML})
        first = {"key": "pm-1", "name": "First", "function": "product"}
        gateproof.post("/people", first | {"external": [{"system": "hr", "id": "W-1"}]})
        gateproof.post("/people", first | {"key": "pm-2"})
        for portfolio in (OWN, FOREIGN):
            self.ids[portfolio] = self._portfolio(portfolio)

    def token(self, role: str, portfolios: list[str] | None) -> Body:
        """A new token; whoever it is, they are pm-1."""
        person = None if role == "bot" else "pm-1"
        body = {"name": role, "role": role, "person": person, "portfolios": portfolios}
        return self.admin.post("/tokens", body)

    def ask(self, operation: Operation, kind: str, token: Body, **odd: Any) -> Response:
        """The operation on what is in this portfolio, by the holder of this token; `odd`: params, headers or
        content in place of what it would send."""
        request = REQUESTS[operation.id](self.ids[kind], kind, token["id"])
        headers = {"Authorization": f"Bearer {token['token']}", "If-Match": "*"}
        if isinstance(request.body, str):
            headers["Content-Type"] = YAML
            sent: dict[str, Any] = {"content": request.body}
        else:
            sent = {"json": request.body} if request.body is not None else {}
        if "content" in odd:
            sent = {"content": odd["content"]}
        return self.admin.client.request(
            operation.method,
            operation.at(**request.path),
            params={**(request.query or {}), **odd.get("params", {})},
            headers=headers | odd.get("headers", {}),
            **sent,
        )

    def plain(self, response: Response, kind: str) -> tuple[int, str, dict[str, str]]:
        """An answer as it would be of a ghost, but for what differs with each request."""
        text = response.text.replace(response.headers["x-request-id"], "")
        headers = {k: v for k, v in response.headers.items() if k not in ("x-request-id", "content-length")}
        for part, id in self.ids[kind].items():
            if part != "decision":
                text = text.replace(id, GHOST)
        return response.status_code, text, headers

    def _portfolio(self, key: str) -> dict[str, str]:
        say = self.admin
        say.post("/portfolios", {"key": key, "name": key})
        customer, concept = f"{key}-customer", f"{key}-concept"
        body = {"key": customer, "portfolio": key, "segment": "smb", "relationship": "prospect"}
        called = {"external": [{"system": "crm", "id": customer}]}
        say.post("/customers", body | called)
        external = [{"system": "jira", "id": concept}]
        # Whoever is on the team, or owes the evidence, approves no waiver: pm-1 is not and does not.
        say.concept(concept, portfolio=key, process="one-gate", external=external, team=["pm-2"])
        say.state("problem", concept)
        talk = say.post("/conversations", conversation(key, customer) | called)["id"]
        say.post("/conversations", conversation(key, customer))
        citation = say.post(f"/concepts/{concept}/citations", cited(talk, "contradicts"))["id"]
        held = {"gate": "G1", "outcome": "hold", "rationale": "It is too early"}
        review = say.post(f"/concepts/{concept}/reviews", held)["id"]
        hook = {"url": "https://1.1.1.1/in", "types": ["readiness.ready"], "portfolios": [key]}
        webhook = say.post("/webhooks", hook)["id"]
        badge = say.post(f"/concepts/{concept}/badges", {})["id"]
        wanted = {"gate": "G1", "criteria": ["g1-problem-2"], "reason": "The fair", "days": 30}
        wanted["owed"] = {"evidence": "A theme", "by": "pm-2"}
        waiver = say.post(f"/concepts/{concept}/waivers", wanted)["id"]
        entered = say.post("/themes", {"portfolio": key, "label": "late news"})
        return {
            "theme": entered["id"],
            "waiver": waiver,
            "webhook": webhook,
            "delivery": say.post(f"/webhooks/{webhook}/ping", {})["id"],
            "badge": badge,
            "portfolio": key,
            "customer": customer,
            "concept": concept,
            "decision": "problem",
            "conversation": talk,
            "citation": citation,
            "review": review,
            "passed": f"{key}-passed",
            "go": self._go(key, f"{key}-passed", customer),
            "launched": f"{key}-launched",
            "heard": self._launched(key, f"{key}-launched", customer),
            "token": self.token("bot", [key])["id"],
        }

    def _launched(self, key: str, concept: str, customer: str) -> str:
        """A conversation that says what became of a launched concept's problem."""
        self._go(key, concept, customer, process="launching")
        since = {"held_at": self.clock().isoformat()}
        conversation_id: str = self.admin.post("/conversations", conversation(key, customer) | since)["id"]
        became = {"verdict": "held", "rationale": "They still read it", "evidence": [conversation_id]}
        self.admin.put(f"/concepts/{concept}/decisions/problem/outcome", became)
        return conversation_id

    def _go(self, key: str, concept: str, customer: str, process: str = "one-gate") -> str:
        """A review by which a concept of its own passed."""
        say = self.admin
        say.concept(concept, portfolio=key, process=process)
        say.state("problem", concept)
        talk = say.post("/conversations", conversation(key, customer) | {"themes": ["late"]})["id"]
        say.post(f"/concepts/{concept}/citations", cited(talk, "supports"))
        went: str = say.review("G1", "go", concept)["id"]
        return went


def two_alike(gateproof: Gateproof, clock: FixedClock) -> Ids:
    """The ids of what is in both portfolios."""
    made = World(gateproof, clock, {})
    made.make()
    return made.ids


PARTS = (
    *("portfolio", "customer", "concept", "passed", "conversation", "citation", "review", "go", "token"),
    *("theme", "waiver", "launched", "heard", "webhook", "delivery", "badge"),
)


def conversation(portfolio: str, customer: str) -> Body:
    return {
        "portfolio": portfolio,
        "kind": "interview",
        "held_at": "2026-11-03T09:00:00Z",
        "duration_minutes": 30,
        "customer": customer,
        "participants": [{"ref": "p1", "colleague": False}],
        "attendees": ["pm-1"],
        "solution_shown": False,
        "summary": summary(next(NUMBERS)),
        "consent": "notes",
    }


def cited(talk: str, stance: str) -> Body:
    note = f"What they said, {next(NUMBERS)}"
    shaped = {"effect": "confirmed", "note": note}
    return {"conversation": talk, "decision": "problem", "stance": stance, "shaped": shaped}


Ask = Callable[[dict[str, str], str, str], Request]


def at(*parts: str, **body: Any) -> Ask:
    """Addressed by these parts, with this body."""

    def request(ids: dict[str, str], _: str, __: str) -> Request:
        return Request({part: ids[part] for part in parts}, body or None)

    return request


def nothing(*parts: str) -> Ask:
    """Addressed by these parts, with an empty body."""
    return lambda ids, *_: Request({part: ids[part] for part in parts}, {})


def badge(ids: dict[str, str], _: str, __: str) -> Request:
    return Request({"concept": ids["concept"], "badge": ids["badge"]}, {})


def listed(ids: dict[str, str], kind: str, _: str) -> Request:
    """A list, of one portfolio."""
    return Request({}, None, {"portfolio": kind, "limit": "200"})


def plain(ids: dict[str, str], _: str, __: str) -> Request:
    """Nothing in it names anything."""
    return Request({})


def new(**body: Any) -> Ask:
    """Something new each time, in the portfolio asked about."""

    def request(ids: dict[str, str], kind: str, _: str) -> Request:
        key = f"new-{next(NUMBERS)}"
        fields = {
            name: {"NEW": key, "PORTFOLIO": kind, "PORTFOLIOS": [kind]}.get(str(value), value)
            for name, value in body.items()
        }
        return Request({}, fields)

    return request


def record(ids: dict[str, str], kind: str, _: str) -> Request:
    return Request({}, conversation(kind, ids["customer"]))


def cite(ids: dict[str, str], _: str, __: str) -> Request:
    return Request({"concept": ids["concept"]}, cited(ids["conversation"], "supports"))


def own_token(**body: Any) -> Ask:
    """One's own token, or somebody else's, or none."""

    def request(ids: dict[str, str], kind: str, mine: str) -> Request:
        return Request({"token": mine if kind == OWN else ids["token"]}, body)

    return request


def outcome(ids: dict[str, str], *_: str) -> Request:
    became = {"verdict": "did_not_hold", "rationale": "They stopped", "evidence": [ids["heard"]]}
    return Request({"concept": ids["launched"], "decision": "problem"}, became)


def of_launched(*parts: str) -> Ask:
    return lambda ids, *_: Request({"concept": ids["launched"], **{part: ids[part] for part in parts}})


def person(**body: Any) -> Ask:
    return lambda ids, kind, _: Request({"person": "ghost" if kind == GHOST else "pm-1"}, body or None)


def process(ids: dict[str, str], kind: str, _: str) -> Request:
    return Request({"process": "ghost" if kind == GHOST else "one-gate", "version": "1"})


def simulate(ids: dict[str, str], kind: str, _: str) -> Request:
    return Request({"process": "ghost" if kind == GHOST else "one-gate"}, ONE_GATE, {"portfolio": kind})


def put_concept(ids: dict[str, str], kind: str, _: str) -> Request:
    key = f"new-{next(NUMBERS)}"
    body = {"key": key, "portfolio": kind, "title": "New", "process": "one-gate"}
    body |= {"origin": "other", "primary_segment": "smb"}
    return Request({"system": "jira", "id": key}, body)


def put_talk(ids: dict[str, str], kind: str, _: str) -> Request:
    return Request({"system": "notes", "id": f"new-{next(NUMBERS)}"}, conversation(kind, ids["customer"]))


def put_noun(**body: Any) -> Ask:
    """By an id elsewhere that is new each time."""
    ask = new(key="NEW", **body)

    def request(ids: dict[str, str], kind: str, mine: str) -> Request:
        body = ask(ids, kind, mine).body
        return Request({"system": "crm", "id": body["key"]}, body)

    return request


def elsewhere(part: str) -> Ask:
    """By the id elsewhere that is called as the customer is."""
    return lambda ids, *_: Request({"system": "crm", "id": ids[part]})


def person_elsewhere(ids: dict[str, str], kind: str, _: str) -> Request:
    return Request({"system": "hr", "id": "ghost" if kind == GHOST else "W-1"})


def moves(**body: Any) -> Ask:
    """A set of concepts, of one portfolio."""

    def request(ids: dict[str, str], kind: str, _: str) -> Request:
        fields = {"key": "starter", "version": 1, "portfolios": [kind]}
        return Request({"process": "ghost" if kind == GHOST else "one-gate"}, fields | body)

    return request


REQUESTS: dict[str, Ask] = {
    "create_portfolio": new(key="NEW", name="New"),
    "list_portfolios": plain,
    "get_portfolio": at("portfolio"),
    "change_portfolio": at("portfolio", name="Other"),
    "create_person": new(key="NEW", name="New", function="product"),
    "list_people": plain,
    "get_person": person(),
    "get_person_by_external": person_elsewhere,
    "put_person_by_external": put_noun(name="New", function="product"),
    "change_person": person(leader=False),
    "create_token": new(name="New", role="bot", portfolios="PORTFOLIOS"),
    "list_tokens": plain,
    "get_token": at("token"),
    "rotate_token": own_token(overlap_minutes=5),
    "revoke_token": own_token(reason="Lost"),
    "get_me": plain,
    "create_customer": new(key="NEW", portfolio="PORTFOLIO", segment="smb", relationship="prospect"),
    "list_customers": listed,
    "get_customer": at("customer"),
    "get_customer_by_external": elsewhere("customer"),
    "put_customer_by_external": put_noun(portfolio="PORTFOLIO", segment="smb", relationship="prospect"),
    "change_customer": at("customer", segment="smb"),
    "merge_customer": at("customer", into="nobody"),
    "erase_customer": at("customer", reason="They asked", participant="nobody"),
    "export_customer": at("customer"),
    "list_processes": plain,
    "publish_process": lambda ids, kind, _: Request({"process": f"p-{next(NUMBERS)}"}, ONE_GATE),
    "simulate_process": simulate,
    "preview_moves": moves(),
    "move_concepts": moves(reason="Simpler", set=f"1-{'0' * 64}"),
    "get_process": process,
    "list_process_versions": process,
    "get_process_version": process,
    "get_process_schema": plain,
    "create_concept": new(
        key="NEW",
        portfolio="PORTFOLIO",
        title="New",
        process="one-gate",
        origin="other",
        primary_segment="smb",
        team=["pm-1"],
    ),
    "list_concepts": listed,
    "get_concept": at("concept"),
    "get_concept_by_external": lambda ids, *_: Request({"system": "jira", "id": ids["concept"]}),
    "put_concept_by_external": put_concept,
    "change_concept": at("concept", title="Other"),
    "move_concept": at("concept", key="starter", version=1, reason="Simpler"),
    "state_decision": at("concept", "decision", statement="We hold", owner="pm-1"),
    "list_decisions": at("concept"),
    "get_decision": at("concept", "decision"),
    "list_decision_versions": at("concept", "decision"),
    "confirm_wording": at("concept", "decision", reason="A letter was missing"),
    "sign_disconfirmation_note": at("concept", gate="G1", note="Asked three strangers."),
    "list_disconfirmation_notes": at("concept"),
    "record_conversation": record,
    "record_conversations": lambda ids, kind, _: Request(
        {}, {"mode": "all", "conversations": [conversation(kind, ids["customer"])]}
    ),
    "list_conversations": listed,
    "get_conversation": at("conversation"),
    "get_conversation_by_external": elsewhere("customer"),
    "put_conversation_by_external": put_talk,
    "revise_conversation": at("conversation", reason="Mistyped", duration_minutes=20),
    "list_revisions": at("conversation"),
    "change_consent": at("conversation", consent="notes", reason="They said so"),
    "withdraw_conversation": at("conversation", reason="A cousin"),
    "list_themes": listed,
    "get_theme": at("theme"),
    "enter_theme": new(portfolio="PORTFOLIO", label="NEW"),
    "rename_theme": lambda ids, *_: Request({"theme": ids["theme"]}, {"label": f"late {next(NUMBERS)}"}),
    "add_synonym": lambda ids, *_: Request({"theme": ids["theme"]}, {"label": f"later {next(NUMBERS)}"}),
    "merge_themes": at("theme", into="nobody"),
    "code_conversations": lambda ids, *_: Request(
        {"theme": ids["theme"]}, {"conversations": [ids["conversation"]]}
    ),
    "cite": cite,
    "cite_many": lambda ids, *_: Request(
        {"concept": ids["concept"]},
        {"mode": "each", "citations": [cited(ids["conversation"], "supports")]},
    ),
    "list_citations": at("concept"),
    "get_citation": at("concept", "citation"),
    "answer": at("concept", "citation", answer="We build for the others."),
    "confirm_slip": at("concept", "citation", reason="The wrong button"),
    "admit": at("concept", "citation", reason="Short, and enough"),
    "withdraw_citation": at("concept", "citation", reason="Mistaken"),
    "request_waiver": at(
        "concept",
        gate="G1",
        criteria=["g1-problem-2"],
        reason="The fair",
        days=3,
        owed={"evidence": "A theme", "by": "pm-1"},
    ),
    "list_waivers": at("concept"),
    "get_waiver": at("concept", "waiver"),
    "approve_waiver": at("concept", "waiver", note="Once"),
    "reject_waiver": at("concept", "waiver", reason="Wait a week"),
    "revoke_waiver": at("concept", "waiver", reason="No longer needed"),
    # Of a concept for which the asker brought no evidence: they could not vote on it.
    "give_approval": lambda ids, *_: Request(
        {"concept": ids["passed"]}, {"gate": "G1", "vote": "go", "reason": "Heard enough"}
    ),
    "list_approvals": at("concept"),
    "get_readiness": at("concept"),
    "get_plan": at("concept"),
    "list_uncited": at("concept"),
    "what_if": at("concept", gate="G1"),
    "list_readiness": listed,
    "batch_readiness": lambda ids, *_: Request({}, {"concepts": [{"concept": ids["concept"]}]}),
    "decide": at("concept", gate="G1", outcome="hold", rationale="It is too early"),
    "list_reviews": at("concept"),
    "get_review": at("concept", "review"),
    "replay_review": at("concept", "review"),
    "get_attestation": lambda ids, *_: Request({"concept": ids["passed"], "review": ids["go"]}),
    "record_outcome": outcome,
    "get_outcome": of_launched("decision"),
    "list_outcomes": of_launched(),
    "compare_criteria": listed,
    "compare_waivers": listed,
    "create_webhook": new(url="https://1.1.1.1/in", types=["readiness.ready"], portfolios="PORTFOLIOS"),
    "list_webhooks": plain,
    "get_webhook": at("webhook"),
    "change_webhook": at("webhook", payload="full"),
    "rotate_webhook_secret": at("webhook", overlap_hours=1),
    "ping_webhook": nothing("webhook"),
    "list_deliveries": at("webhook"),
    "get_delivery": at("webhook", "delivery"),
    "resend_delivery": nothing("webhook", "delivery"),
    "follow_stream": lambda ids, kind, _: Request({}, None, {"portfolio": kind}),
    "create_badge": at("concept", gate="G1"),
    "list_badges": at("concept"),
    "revoke_badge": badge,
    "list_events": listed,
    "list_audit_keys": plain,
    "list_detectors": plain,
    "get_audit_head": plain,
    "end_leaps": lambda *_: Request({}, {}),
    "verify_audit": plain,
    "verify_audit_against_head": lambda ids, kind, _: Request({}, {"head": NO_HEAD}),
}
"""How each operation is asked of what is in a portfolio."""
