"""Step one, facts: fold the recorded events into what is known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from schemas.vocabulary import AGAINST
from service.domain.facts.approvals import approved, outdate
from service.domain.facts.concerns import cited
from service.domain.facts.model import (
    Attendee,
    Citation,
    Conversation,
    Decision,
    Facts,
    Note,
    Recorded,
    Review,
    Waiver,
)
from service.domain.facts.waivers import state

Fold = Callable[[Facts, Recorded], None]


def gather(recorded: Iterable[Recorded]) -> Facts | None:
    """The facts in these events, in whatever order they come; None when the concept is not among them."""
    events = sorted(recorded, key=attrgetter("seq"))
    first = next((event for event in events if event.type == "concept.created"), None)
    if first is None:
        return None
    facts = _concept(first.at, first.data)
    _fold(facts, events)
    return facts


def carry_on(facts: Facts, recorded: Iterable[Recorded], since: datetime) -> Facts | None:
    """The facts, with what was recorded after them; None where earlier events matter now that did not then.

    `since`: before it no conversation matters that nobody cited.
    """
    events = sorted(recorded, key=attrgetter("seq"))
    if needs_refold(facts, events):
        return None
    _fold(facts, events)
    drop_uncited(facts, since)
    return facts


def _fold(facts: Facts, events: Sequence[Recorded]) -> None:
    facts.latest = max([facts.latest, *(event.at for event in events)])
    for event in events:
        fold = FOLDS.get(event.type)
        if fold is not None:
            fold(facts, event)
            facts.used.append((event.seq, event.stream, event.digest))


def needs_refold(facts: Facts, events: Iterable[Recorded]) -> bool:
    """Whether they bring up what was left out so far: other people's conversations, or those before a go."""
    known = {*facts.conversations}
    for event in events:
        if event.type in ("concept.changed", "concept.moved"):
            return True
        if event.type == "review.decided" and event.data["outcome"] == "recycle":
            return True
        if event.type == "conversation.recorded":
            known.add(event.stream)
        heard = event.data["conversation"] if event.type == "citation.made" else event.stream
        if event.type in OF_CONVERSATIONS and heard not in known:
            return True
    return False


def drop_uncited(facts: Facts, since: datetime) -> None:
    """Conversations that nobody cited before the last go matter no more."""
    kept = cited(facts)
    gone = {id for id, talk in facts.conversations.items() if id not in kept and talk.recorded_at < since}
    if gone:
        facts.conversations = {id: talk for id, talk in facts.conversations.items() if id not in gone}
        facts.earlier = [talk for talk in facts.earlier if talk.id not in gone]
        facts.used = [event for event in facts.used if event[1] not in gone]


def _concept(created_at: datetime, data: Mapping[str, Any]) -> Facts:
    return Facts(
        concept=data["key"],
        created_at=created_at,
        latest=created_at,
        portfolio=data["portfolio"],
        process_key=data["process"]["key"],
        process_version=data["process"]["version"],
        primary_segment=data["primary_segment"],
        segments=frozenset((data["primary_segment"], *data["segments"])),
        team=frozenset(data["team"]),
    )


def _concept_said(facts: Facts, event: Recorded) -> None:
    said = _concept(facts.created_at, event.data)
    facts.primary_segment, facts.segments, facts.team = (
        said.primary_segment,
        said.segments,
        said.team,
    )


def _concept_moved(facts: Facts, event: Recorded) -> None:
    move(facts, event.data["process"]["key"], event.data["process"]["version"])


def move(facts: Facts, key: str, version: int) -> None:
    """Go by another version of a process, with what follows from it."""
    outdate(facts, "PROCESS_MOVED")
    facts.process_key, facts.process_version = key, version


def _decision_stated(facts: Facts, event: Recorded) -> None:
    data = event.data
    before = facts.decisions.get(data["decision"])
    if before and before.version != data["version"]:
        outdate(facts, "RESTATED")
    author = before.stated_by if before and before.version == data["version"] else event.actor
    facts.decisions[data["decision"]] = Decision(
        key=data["decision"],
        version=data["version"],
        revision=data["revision"],
        owner=data["owner"],
        stated_by=author,
        statement=event.words["statement"] if event.words else None,
    )


def _citation_made(facts: Facts, event: Recorded) -> None:
    data = event.data
    made = Citation(
        id=data["citation"],
        conversation=data["conversation"],
        decision=data["decision"],
        version=data["version"],
        stance=data["stance"],
        shaped=data["shaped"],
        copied=data["copy_of"] is not None,
        citer=event.actor,
    )
    cite(facts, made)


def cite(facts: Facts, citation: Citation) -> None:
    """Add a citation to the facts, with what follows from it."""
    facts.citations[citation.id] = citation
    if citation.stance in AGAINST:
        outdate(facts, "CONTRADICTED")


def _citation_withdrawn(facts: Facts, event: Recorded) -> None:
    withdraw(facts, event.data["citation"])


def withdraw(facts: Facts, id: str) -> None:
    """Withdraw a citation, with what follows from it; once withdrawn it stays so."""
    citation = facts.citations[id]
    if not citation.withdrawn:
        outdate(facts, "EVIDENCE_WITHDRAWN", citation.conversation)
        facts.citations[id] = citation._replace(withdrawn=True)


def _answered(facts: Facts, event: Recorded) -> None:
    facts.answered.add((event.data["citation"], event.data["version"]))


def _noted(facts: Facts, event: Recorded) -> None:
    facts.notes.append(Note(event.data["gate"], event.at, event.actor))


def _reviewed(facts: Facts, event: Recorded) -> None:
    data = event.data
    recycled = tuple(data.get("recycled", ()))
    decided = Review(data["gate"], data["outcome"], data["to"], event.at, data["decisions"], recycled)
    facts.reviews.append(decided)
    if data["outcome"] == "go":
        for id, waiver in facts.waivers.items():
            if waiver.gate == data["gate"] and state(waiver, facts, event.at) == "active":
                facts.waivers[id] = waiver._replace(went_at=event.at)


def _waiver_requested(facts: Facts, event: Recorded) -> None:
    data = event.data
    due_at = data["due_at"]
    facts.waivers[data["waiver"]] = Waiver(
        id=data["waiver"],
        gate=data["gate"],
        criteria=tuple(sorted(data["criteria"])),
        versions=data["decisions"],
        process=(data["process"]["key"], data["process"]["version"]),
        days=data["days"],
        said_due=datetime.fromisoformat(due_at) if due_at else None,
        owed_by=data["owed_by"],
        requester=event.actor,
        requested_at=event.at,
    )


def _waiver_approved(facts: Facts, event: Recorded) -> None:
    outdate(facts, "WAIVED")
    _rule(facts, event, approved_at=event.at)


def _waiver_rejected(facts: Facts, event: Recorded) -> None:
    _rule(facts, event, rejected_at=event.at)


def _waiver_revoked(facts: Facts, event: Recorded) -> None:
    _rule(facts, event, revoked_at=event.at)


def _rule(facts: Facts, event: Recorded, **ruled: datetime) -> None:
    id = event.data["waiver"]
    facts.waivers[id] = facts.waivers[id]._replace(**ruled)  # type: ignore[arg-type]


def _conversation_said(facts: Facts, event: Recorded) -> None:
    _now_is(facts, conversation_of(event, earlier=facts.conversations.get(event.stream)))


def _conversation_withdrawn(facts: Facts, event: Recorded) -> None:
    outdate(facts, "EVIDENCE_WITHDRAWN", event.stream)
    _now_is(facts, facts.conversations[event.stream]._replace(withdrawn=True))


def _conversation_erased(facts: Facts, event: Recorded) -> None:
    outdate(facts, "EVIDENCE_ERASED", event.stream)
    _now_is(facts, facts.conversations[event.stream]._replace(erased=True))


def _now_is(facts: Facts, conversation: Conversation) -> None:
    if conversation.id in facts.conversations:
        facts.earlier.append(facts.conversations[conversation.id])
    facts.conversations[conversation.id] = conversation


def conversation_of(event: Recorded, earlier: Conversation | None = None) -> Conversation:
    """A conversation as one of its revisions tells it; who recorded it first stays its author."""
    data = event.data
    return Conversation(
        id=event.stream,
        recorded_at=earlier.recorded_at if earlier else event.at,
        author=earlier.author if earlier else event.actor,
        revision=data["revision"],
        digest=event.digest,
        kind=data["kind"],
        held_at=datetime.fromisoformat(data["held_at"]),
        minutes=data["minutes"],
        words=data["words"],
        customer=data["customer"],
        segment=data["segment"],
        relationship=data["relationship"],
        participants=tuple(data["participants"]),
        colleagues=data["colleagues"],
        attendees=tuple(Attendee(*attendee) for attendee in data["attendees"]),
        conducted_by=data["conducted_by"],
        solution_shown=data["solution_shown"],
        quotes=data["quotes"],
        themes=tuple(data["themes"]),
        commitments=tuple(data["commitments"]),
        past_spend=data["past_spend"],
        consent=data["consent"],
        withdrawn=earlier.withdrawn if earlier else False,
        erased=earlier.erased if earlier else False,
    )


FOLDS: dict[str, Fold] = {
    "concept.created": _concept_said,
    "concept.changed": _concept_said,
    "concept.moved": _concept_moved,
    "decision.stated": _decision_stated,
    "citation.made": _citation_made,
    "citation.withdrawn": _citation_withdrawn,
    "contradiction.answered": _answered,
    "disconfirmation.noted": _noted,
    "approval.given": approved,
    "review.decided": _reviewed,
    "waiver.requested": _waiver_requested,
    "waiver.approved": _waiver_approved,
    "waiver.rejected": _waiver_rejected,
    "waiver.revoked": _waiver_revoked,
    "conversation.recorded": _conversation_said,
    "conversation.revised": _conversation_said,
    "conversation.withdrawn": _conversation_withdrawn,
    "conversation.erased": _conversation_erased,
}
OF_CONVERSATIONS = {"citation.made", *(type for type in FOLDS if type.startswith("conversation."))}
