"""Step one, facts: fold the recorded events into what is known."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from schemas.vocabulary import AGAINST, PASSING
from service.domain.facts.approvals import (
    approved,
    outdate,
    outdate_by_review,
    outdate_parties,
)
from service.domain.facts.concerns import cited
from service.domain.facts.conversations import (
    conversation_erased,
    conversation_recorded,
    conversation_withdrawn,
)
from service.domain.facts.leaps import redated
from service.domain.facts.merges import customers_merged, theme_coded, themes_merged
from service.domain.facts.model import (
    Citation,
    ConceptChange,
    Decision,
    Facts,
    Leap,
    Note,
    Review,
    TeamSince,
    Wording,
)
from service.domain.facts.parties import people_of
from service.domain.facts.waivers import state, waiver_requested, waiver_ruled
from service.domain.facts.ways_out import admitted, slip_confirmed, wording_confirmed
from service.domain.record import edition
from service.domain.record.approval import ApprovalGiven
from service.domain.record.citation import (
    CitationAdmitted,
    CitationMade,
    CitationWithdrawn,
    ContradictionAnswered,
    SlipConfirmed,
)
from service.domain.record.concept import ConceptChanged, ConceptCreated, ConceptFacts, ConceptMoved
from service.domain.record.conversation import (
    ConversationErased,
    ConversationRecorded,
    ConversationRevised,
    ConversationWithdrawn,
)
from service.domain.record.customer import CustomersMerged
from service.domain.record.decision import DecisionStated, DisconfirmationNoted, WordingConfirmed
from service.domain.record.event import Event, LogEntry
from service.domain.record.leap import LeapEnded
from service.domain.record.review import ReviewDecided
from service.domain.record.theme import ThemeCoded, ThemesMerged
from service.domain.record.waiver import (
    WaiverApproved,
    WaiverRejected,
    WaiverRequested,
    WaiverRevoked,
)

Entry = LogEntry[Any]
Fold = Callable[[Facts, Entry], None]


def gather(entries: Iterable[Entry], by_edition: int = edition.CURRENT) -> Facts | None:
    """The facts in these events, in whatever order they come, by an edition of the rules; None when the
    concept is not among them."""
    ordered = redated(sorted(entries, key=attrgetter("seq")))
    first = next((entry for entry in ordered if isinstance(entry.event, ConceptCreated)), None)
    if first is None:
        return None
    facts = _concept(first.at, first.event)
    facts.edition = by_edition
    _fold(facts, ordered)
    return facts


def fold_on_top(facts: Facts, entries: Iterable[Entry], since: datetime) -> Facts | None:
    """The facts, with what was recorded after them; None where earlier events matter now that did not then.

    `since`: a conversation recorded before it matters only if somebody cites it.
    """
    ordered = sorted(entries, key=attrgetter("seq"))
    if needs_refold(facts, ordered):
        return None
    _fold(facts, ordered)
    drop_uncited(facts, since)
    return facts


def _fold(facts: Facts, entries: Sequence[Entry]) -> None:
    facts.latest = max([facts.latest, *(entry.at for entry in entries)])
    for entry in entries:
        fold = FOLDS.get(type(entry.event))
        if fold is not None:
            fold(facts, entry)
            facts.used += [(entry.seq, stream, entry.digest) for stream in _said_of(facts, entry)]


def _said_of(facts: Facts, entry: Entry) -> Sequence[str]:
    """The streams of which an event says something here."""
    if isinstance(entry.event, ThemeCoded):
        return [id for id in entry.event.conversations if id in facts.conversations]
    return [entry.stream]


def needs_refold(facts: Facts, entries: Iterable[Entry]) -> bool:
    """Returns whether these events refer to what a fold leaves out (others' or old uncited conversations), or
    date anew what was folded."""
    known = {*facts.conversations}
    for entry in entries:
        match entry.event:
            case ConceptChanged() | ConceptMoved() | LeapEnded() | ReviewDecided(outcome="recycle"):
                return True
            case ConversationRecorded():
                known.add(entry.stream)
            case CitationMade(conversation=conversation) if conversation not in known:
                return True
            case event if event.of == "conversation" and entry.stream not in known:
                return True
    return False


def drop_uncited(facts: Facts, since: datetime) -> None:
    """Removes the conversations that were recorded before `since` and that nobody cites."""
    cited_ids = cited(facts)
    gone = {
        id for id, talk in facts.conversations.items() if id not in cited_ids and talk.recorded_at < since
    }
    if gone:
        facts.conversations = {id: talk for id, talk in facts.conversations.items() if id not in gone}
        facts.earlier = [talk for talk in facts.earlier if talk.id not in gone]
        facts.used = [used for used in facts.used if used[1] not in gone]


def _concept(created_at: datetime, concept: ConceptFacts) -> Facts:
    return Facts(
        concept=concept.key,
        created_at=created_at,
        latest=created_at,
        portfolio=concept.portfolio,
        process_key=concept.process.key,
        process_version=concept.process.version,
        primary_segment=concept.primary_segment,
        segments=_segments(concept),
        team=frozenset(concept.team),
        segments_ever=_segments(concept),
    )


def _concept_stands(facts: Facts, entry: LogEntry[ConceptFacts]) -> None:
    concept = entry.event
    segments, team = _segments(concept), frozenset(concept.team)
    if not facts.teams or team != facts.team:
        facts.teams.append(TeamSince(entry.at, team))
    if team != facts.team:
        facts.changes.append(ConceptChange(entry.at, entry.actor, "team"))
    if segments != facts.segments:
        facts.changes.append(ConceptChange(entry.at, entry.actor, "segments"))
    facts.primary_segment, facts.segments, facts.team = concept.primary_segment, segments, team
    facts.segments_ever |= segments


def _segments(concept: ConceptFacts) -> frozenset[str]:
    return frozenset((concept.primary_segment, *concept.segments))


def move(facts: Facts, key: str, version: int) -> None:
    """Go by another version of a process, with what follows from it."""
    outdate(facts, "PROCESS_MOVED")
    facts.process_key, facts.process_version = key, version


def _concept_moved(facts: Facts, entry: LogEntry[ConceptMoved]) -> None:
    facts.changes.append(ConceptChange(entry.at, entry.actor, "process"))
    move(facts, entry.event.process.key, entry.event.process.version)


def _decision_stated(facts: Facts, entry: LogEntry[DecisionStated]) -> None:
    stated = entry.event
    before = facts.decisions.get(stated.decision)
    if before and before.version != stated.version:
        outdate(facts, "RESTATED")
    if before is None or before.version != stated.version:
        facts.wordings.append(Wording(stated.decision, stated.version, entry.at))
    author = before.stated_by if before and before.version == stated.version else entry.actor
    facts.decisions[stated.decision] = Decision(
        key=stated.decision,
        version=stated.version,
        revision=stated.revision,
        owner=stated.owner,
        stated_by=author,
        statement=entry.words["statement"] if entry.words else None,
        thin=stated.thin,
        **_wording(stated, before),
    )
    outdate_parties(facts, (entry.actor, stated.owner))


def _wording(stated: DecisionStated, before: Decision | None) -> dict[str, Any]:
    """What is known of the version as another wording: handing it to another owner changes nothing of it."""
    if before is not None and before.version == stated.version:
        return {"wording_of": before.wording_of, "is_confirmed": before.is_confirmed}
    return {"wording_of": stated.wording_of}


def _citation_made(facts: Facts, entry: LogEntry[CitationMade]) -> None:
    made = entry.event
    citation = Citation(
        id=made.citation,
        conversation=made.conversation,
        decision=made.decision,
        version=made.version,
        stance=made.stance,
        shaped=made.shaped,
        copied=made.copy_of is not None,
        citer=entry.actor,
        at=entry.at,
        effect=made.effect,
        unrelated=made.unrelated,
    )
    cite(facts, citation)
    outdate_parties(facts, (entry.actor, *people_of(facts.conversations.get(made.conversation))))


def cite(facts: Facts, citation: Citation) -> None:
    """Add a citation to the facts, with what follows from it."""
    facts.citations[citation.id] = citation
    if citation.stance in AGAINST:
        outdate(facts, "CONTRADICTED")


def _answered(facts: Facts, entry: LogEntry[ContradictionAnswered]) -> None:
    facts.answered.add((entry.event.citation, entry.event.version))
    facts.answerers.add((entry.event.citation, entry.actor))
    outdate_parties(facts, (entry.actor,))


def withdraw(facts: Facts, id: str, at: datetime) -> None:
    """Withdraw a citation, with what follows from it; once withdrawn it stays so."""
    citation = facts.citations[id]
    if not citation.withdrawn:
        outdate(facts, "EVIDENCE_WITHDRAWN", citation.conversation)
        facts.citations[id] = citation._replace(withdrawn=True, withdrawn_at=at)


def _reviewed(facts: Facts, entry: LogEntry[ReviewDecided]) -> None:
    review, at = entry.event, entry.at
    facts.reviews.append(
        Review(
            gate=review.gate,
            outcome=review.outcome,
            to=review.to,
            at=at,
            versions=review.decisions,
            recycled=review.recycled,
            decider=entry.actor,
            id=review.review,
            ready=review.verdict in PASSING,
        )
    )
    if review.outcome == "go":
        for id, waiver in facts.waivers.items():
            if waiver.gate == review.gate and state(waiver, facts, at) == "active":
                facts.waivers[id] = waiver._replace(went_at=at)
    outdate_by_review(facts, review)


def _leap_ended(facts: Facts, entry: LogEntry[LeapEnded]) -> None:
    facts.leaps.append(Leap(entry.seq, entry.event.first, entry.event.until, entry.at))


FOLDS: dict[type[Event], Fold] = {
    ConceptCreated: _concept_stands,
    ConceptChanged: _concept_stands,
    ConceptMoved: _concept_moved,
    DecisionStated: _decision_stated,
    WordingConfirmed: wording_confirmed,
    CitationMade: _citation_made,
    CitationWithdrawn: lambda facts, entry: withdraw(facts, entry.event.citation, entry.at),
    SlipConfirmed: slip_confirmed,
    CitationAdmitted: admitted,
    ContradictionAnswered: _answered,
    DisconfirmationNoted: lambda facts, entry: facts.notes.append(
        Note(entry.event.gate, entry.at, entry.actor)
    ),
    ApprovalGiven: approved,
    LeapEnded: _leap_ended,
    ThemesMerged: themes_merged,
    ThemeCoded: theme_coded,
    CustomersMerged: customers_merged,
    ReviewDecided: _reviewed,
    WaiverRequested: waiver_requested,
    WaiverApproved: waiver_ruled,
    WaiverRejected: waiver_ruled,
    WaiverRevoked: waiver_ruled,
    ConversationRecorded: conversation_recorded,
    ConversationRevised: conversation_recorded,
    ConversationWithdrawn: conversation_withdrawn,
    ConversationErased: conversation_erased,
}
