"""Short builders: a process from plain dictionaries, and a concept's history told event by event.

story = Story(process(gate("G1", asks("problem", {"at_least": 2, "of": "customers"}))))
story.state("problem")
story.hear("problem")
assert story.verdict().verdict == "blocked"
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import convert

from schemas.process import Process, ProcessRef
from schemas.readiness import CriterionResult, NotCounted, Readiness
from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.facts.progress import gates_from
from service.domain.record.catalogue import UNKNOWN
from service.domain.record.conversation import UNSAID
from service.domain.record.event import EVENTS, Event, LogEntry
from service.domain.rules.process_rules import with_ids
from service.domain.verdict.readiness import Question, evaluate

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""A Tuesday noon, at which most stories begin."""
TICK = timedelta(microseconds=1)
TEAM = ("pm-1", "pm-2")

HONEST: dict[str, Any] = {
    **UNSAID,
    "kind": "interview",
    "minutes": 30,
    "words": 100,
    "segment": "smb",
    "relationship": "prospect",
    "participants": ["p1"],
    "attendees": [["pm-1", "product", False]],
    "quotes": 0,
    "themes": [],
    "commitments": [],
    "past_spend": False,
    "consent": "quote_internally",
}
"""A conversation against which nothing speaks."""

UNREAD: dict[str, Any] = {
    "cause": "request",
    "commitment": "",
    "external": [],
    "gate": "G1",
    "input_digest": "",
    "note": "note-1",
    "origin": "customer_request",
    "position": 1,
    "review": "review-1",
    "verdict": "ready",
}
"""What events say beside what the stories are about."""

Criterion = dict[str, Any]


TALK = timedelta(minutes=HONEST["minutes"])
"""How long an honest conversation takes."""


def event_of(type: str, data: dict[str, Any]) -> Event:
    """An event as it is read from the log."""
    if type not in EVENTS:
        return UNKNOWN
    unread = {name: UNREAD[name] for name in EVENTS[type].__struct_fields__ if name in UNREAD}
    return convert({**unread, **data}, EVENTS[type])


def days(number: float) -> timedelta:
    return timedelta(days=number)


def asks(key: str, *criteria: Criterion, level: str = "must") -> dict[str, Any]:
    """A decision that a gate asks for; one conversation is enough unless criteria are given."""
    default = {"at_least": 1, "of": "conversations", "waivable": False}
    return {"key": key, "title": key, "level": level, "criteria": list(criteria or (default,))}


def gate(
    key: str, *decisions: dict[str, Any], criteria: Iterable[Criterion] = (), **more: Any
) -> dict[str, Any]:
    """A gate; it asks for the problem unless decisions are given."""
    return {
        "key": key,
        "title": f"Gate {key}",
        "stage": f"after-{key}",
        "decisions": list(decisions or (asks("problem"),)),
        "criteria": list(criteria),
        **more,
    }


def process(*gates: dict[str, Any], **counts: Any) -> Process:
    """A process of these gates; criteria without an id get one from their place."""
    return with_ids(Process.model_validate({"title": "A process", "counts": counts, "gates": list(gates)}))


def one(*criteria: Criterion, **counts: Any) -> Process:
    """A process whose only gate, G1, asks for the problem by these criteria."""
    return process(gate("G1", asks("problem", *criteria)), **counts)


def ref_of(version: int = 1) -> ProcessRef:
    return ProcessRef(key="a-process", version=version, digest=f"sha256:process {version}")


class Story:
    """What happened to one concept. Everything happens at `now`, which only `wait` moves."""

    def __init__(
        self,
        rules: Process,
        *,
        now: datetime = NOW,
        team: Iterable[str] = TEAM,
        segments: Iterable[str] = (),
    ) -> None:
        self.rules = rules
        self.version = 1
        self.now = now
        self.events: list[LogEntry[Any]] = []
        self.themes: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._talks: dict[str, dict[str, Any]] = {}
        self._concept: dict[str, Any] = {
            "key": "radar",
            "portfolio": "energy",
            "process": self._process(),
            "primary_segment": "smb",
            "segments": list(segments),
            "team": list(team),
        }
        self.record("concept.created", "radar", self._concept)

    def record(
        self,
        type: str,
        stream: str,
        data: dict[str, Any],
        *,
        actor: str = "pm-1",
        words: dict[str, str] | None = None,
    ) -> int:
        """Add an event; returns its position."""
        seq = len(self.events) + 1
        event = event_of(type, data)
        self.events.append(LogEntry(seq, self.now, stream, actor, f"sha256:{seq}", event, words))
        return seq

    def wait(self, *, days: float = 0, exactly: timedelta = timedelta()) -> None:
        self.now += timedelta(days=days) + exactly

    def change(self, **fields: Any) -> None:
        """Say something else of the concept: its team, its segments."""
        self._concept = {**self._concept, **fields}
        self.record("concept.changed", "radar", self._concept)

    def move(self, version: int, rules: Process | None = None) -> None:
        """Go by another version of the process; one of the same content unless said."""
        self.rules, self.version = rules or self.rules, version
        self.record("concept.moved", "radar", {"process": self._process()})

    def _process(self) -> dict[str, Any]:
        return {"key": "a-process", "version": self.version, "digest": ref_of(self.version).digest}

    def state(
        self, *decisions: str, owner: str = "pm-1", by: str = "pm-1", words: str = "A statement"
    ) -> None:
        """State decisions, or restate them: a new version each."""
        for key in decisions:
            version = self._versions[key] = self._versions.get(key, 0) + 1
            data = {"decision": key, "version": version, "revision": version, "owner": owner}
            self.record("decision.stated", f"radar/{key}", data, actor=by, words={"statement": words})

    def change_owner(self, decision: str, owner: str) -> None:
        """The statement stays, so the version does."""
        version = self._versions[decision]
        data = {"decision": decision, "version": version, "revision": version + 1, "owner": owner}
        self.record("decision.stated", f"radar/{decision}", data, words={"statement": "A statement"})

    def talk(
        self,
        *,
        days_ago: float = 1,
        held_at: datetime | None = None,
        author: str = "pm-1",
        **fields: Any,
    ) -> str:
        """Record an honest conversation with a new customer, but for what is said otherwise."""
        number = len(self._talks) + 1
        id, held = f"talk-{number}", held_at or self.now - days(days_ago)
        given = {"customer": f"customer-{number}", "held_at": held.isoformat(), "revision": 1}
        self._talks[id] = {**HONEST, **given, **fields}
        self._name_themes(id)
        self.record("conversation.recorded", id, self._talks[id], actor=author)
        return id

    def revise(self, talk: str, *, by: str = "pm-1", **fields: Any) -> None:
        """Correct a conversation: what is said replaces."""
        revision = self._talks[talk]["revision"] + 1
        self._talks[talk] = {**self._talks[talk], **fields, "revision": revision}
        self._name_themes(talk)
        self.record("conversation.revised", talk, self._talks[talk], actor=by)

    def _name_themes(self, talk: str) -> None:
        for theme in self._talks[talk]["themes"]:
            self.themes.setdefault(theme, theme)

    def cite(
        self,
        talk: str,
        decision: str = "problem",
        stance: str = "supports",
        *,
        by: str = "pm-1",
        **fields: Any,
    ) -> str:
        """Bring a conversation to the current version of a decision."""
        id = f"citation-{len(self.events) + 1}"
        data = {
            "citation": id,
            "conversation": talk,
            "decision": decision,
            "version": self._versions[decision],
            "stance": stance,
            "shaped": True,
            "copy_of": None,
            **fields,
        }
        self.record("citation.made", "radar", data, actor=by)
        return id

    def hear(self, *decisions: str, stance: str = "supports", **talk: Any) -> str:
        """Talk with a new customer and cite it for these decisions; returns the last citation."""
        id = self.talk(**talk)
        return [self.cite(id, decision, stance) for decision in decisions or ("problem",)][-1]

    def withdraw(self, id: str) -> None:
        """Withdraw a conversation or a citation."""
        if id.startswith("talk"):
            self.record("conversation.withdrawn", id, {})
        else:
            self.record("citation.withdrawn", "radar", {"citation": id})

    def erase(self, talk: str) -> None:
        self.record("conversation.erased", talk, {})

    def answer(self, citation: str, decision: str = "problem", *, by: str = "pm-1") -> None:
        """The owner answers a contradiction of today's statement."""
        data = {"citation": citation, "version": self._versions[decision]}
        self.record("contradiction.answered", "radar", data, actor=by)

    def note(self, gate: str = "G1") -> None:
        """Sign that disconfirming evidence was sought and none found."""
        self.record("disconfirmation.noted", "radar", {"gate": gate})

    def request_waiver(
        self,
        *criteria: str,
        gate: str = "G1",
        days: int = 30,
        due_at: datetime | None = None,
        by: str = "pm-1",
        owed_by: str = "pm-1",
    ) -> str:
        """Ask for an exception, for every decision as it is stated now; the waiver's id."""
        id = f"waiver-{len(self.events) + 1}"
        data = {
            "waiver": id,
            "gate": gate,
            "criteria": list(criteria),
            "decisions": dict(self._versions),
            "process": self._process(),
            "days": days,
            "due_at": due_at.isoformat() if due_at else None,
            "owed_by": owed_by,
        }
        self.record("waiver.requested", "radar", data, actor=by)
        return id

    def rule(self, waiver: str, ruling: str, *, by: str = "gatekeeper") -> None:
        """Approve, reject or revoke it."""
        self.record(f"waiver.{ruling}", "radar", {"waiver": waiver}, actor=by)

    def waive(self, *criteria: str, **fields: Any) -> str:
        """Request and approve in the same instant; the waiver's id."""
        id = self.request_waiver(*criteria, **fields)
        self.rule(id, "approved")
        return id

    def vote(
        self,
        by: str = "gatekeeper",
        vote: str = "go",
        *,
        gate: str = "G1",
        first_hand_at: datetime | None = None,
        **bound: Any,
    ) -> str:
        """A gatekeeper's word, who last spoke with a customer at `first_hand_at`; its id."""
        id = f"approval-{len(self.events) + 1}"
        data = {
            "approval": id,
            "gate": gate,
            "vote": vote,
            "process": self._process(),
            "first_hand_at": first_hand_at.isoformat() if first_hand_at else None,
            **bound,
        }
        self.record("approval.given", "radar", data, actor=by)
        return id

    def outdated(self, vote: str) -> str | None:
        """What outdated this vote; None: it stands."""
        return self.facts().approvals[vote].outdated

    def review(
        self,
        outcome: str,
        gate: str | None = None,
        *,
        to: str | None = None,
        judged: dict[str, int] | None = None,
    ) -> None:
        """Decide a gate. A go judged what the verdict at that gate asked for."""
        if judged is None and outcome == "go":
            judged = {d.key: d.version for d in self.verdict(gate).decisions if d.version}
        recycled = gates_from(self.rules, to or gate) if outcome == "recycle" else []
        data = {"gate": gate, "outcome": outcome, "to": to, "recycled": recycled, "decisions": judged or {}}
        self.record("review.decided", "radar", data)

    def go(self, *gates: str) -> None:
        for key in gates:
            self.review("go", key)

    def facts(self) -> Facts:
        facts = gather(self.events)
        assert facts is not None
        return facts

    def verdict(
        self,
        gate: str | None = None,
        *,
        as_of: datetime | None = None,
        rules: Process | None = None,
    ) -> Readiness:
        """The readiness document, now unless said."""
        facts = self.facts()
        question = Question(rules or self.rules, ref_of(facts.process_version), as_of or self.now, gate)
        return evaluate(question, facts, self.themes)

    def result(self, id: str = "g1-problem-1", **asked: Any) -> CriterionResult:
        """One criterion of the verdict, by its id."""
        return result_of(self.verdict(**asked), id)

    def codes(self, citation: str, **asked: Any) -> list[str]:
        """Why a citation does not count."""
        return [entry.code for entry in self.entries(citation, **asked)]

    def entries(self, citation: str, **asked: Any) -> list[NotCounted]:
        return [e for e in self.verdict(**asked).not_counted if e.citation == citation]


def results_of(verdict: Readiness) -> list[CriterionResult]:
    """Every criterion of a verdict."""
    return [
        *(entry for decision in verdict.decisions for entry in decision.criteria),
        *verdict.gate_criteria,
    ]


def result_of(verdict: Readiness, id: str) -> CriterionResult:
    """One criterion of a verdict."""
    return next(entry for entry in results_of(verdict) if entry.id == id)
