"""Conversations folded: as they were recorded, revised, withdrawn and erased."""

from typing import Any

from msgspec.structs import asdict, replace

from service.domain.facts.approvals import outdate, outdate_by_revision, outdate_parties
from service.domain.facts.merges import as_counted
from service.domain.facts.model import Conversation, Facts
from service.domain.facts.parties import people_of
from service.domain.record.conversation import ConversationErased, ConversationFacts, ConversationWithdrawn
from service.domain.record.event import LogEntry


def conversation_recorded(facts: Facts, entry: LogEntry[ConversationFacts]) -> None:
    """Fold a conversation as it was recorded or revised, with what follows from it."""
    earlier = facts.conversations.get(entry.stream)
    revised = as_counted(facts, conversation_of(entry, earlier))
    outdate_by_revision(facts, earlier, revised)
    _now_is(facts, revised)
    if earlier is not None:
        outdate_parties(facts, people_of(revised))


def conversation_withdrawn(facts: Facts, entry: LogEntry[ConversationWithdrawn]) -> None:
    """Fold that a conversation was withdrawn."""
    outdate(facts, "EVIDENCE_WITHDRAWN", entry.stream)
    _now_is(facts, _ended(facts, entry, withdrawn=True))


def conversation_erased(facts: Facts, entry: LogEntry[ConversationErased]) -> None:
    """Fold that a conversation was erased."""
    outdate(facts, "EVIDENCE_ERASED", entry.stream)
    _now_is(facts, _ended(facts, entry, erased=True))


def _ended(facts: Facts, entry: LogEntry[Any], **how: bool) -> Conversation:
    talk = facts.conversations[entry.stream]
    return replace(talk, **how, ended_at=talk.ended_at or entry.at, ender=talk.ender or entry.actor)


def _now_is(facts: Facts, conversation: Conversation) -> None:
    if conversation.id in facts.conversations:
        facts.earlier.append(facts.conversations[conversation.id])
    facts.conversations[conversation.id] = conversation


def conversation_of(entry: LogEntry[ConversationFacts], earlier: Conversation | None = None) -> Conversation:
    """A conversation as one of its revisions has it; who recorded it first, and what became of it, stay."""
    revision = asdict(entry.event) | {"revised_at": entry.at, "reviser": entry.actor, "digest": entry.digest}
    if earlier is not None:
        return replace(earlier, **revision, revisers=earlier.revisers | {entry.actor})
    return Conversation(**revision, id=entry.stream, recorded_at=entry.at, author=entry.actor)
