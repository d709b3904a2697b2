"""A conversation as it is shown, from its facts and its words."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from schemas.conversation import SEALED, Conversation, ConversationIn, DoesNotCount
from schemas.process import Counts
from service.domain.criteria.admissible import explained, reasons_against
from service.domain.criteria.gaps import Judged
from service.domain.facts.consent import ALLOWS
from service.domain.record.conversation import (
    ConversationFacts,
    ConversationRecorded,
    ConversationRevised,
    Revision,
)
from service.domain.record.event import LogEntry
from service.store.nouns import conversations
from service.usecases.views import etag

USUAL = Counts()
BODY_FIELDS = [name for name in ConversationIn.model_fields if name != "portfolio"]
OF_ROW = ("id", "portfolio", "created_at", "created_by", "withdrawn_at", "erased_at")

Shown = dict[str, Any]
"""The fields of schemas.conversation.Conversation, in its order: what was checked when it came in."""


def revisions_in(entries: Iterable[LogEntry[Any]]) -> list[Revision]:
    """The revisions of a conversation, the first one first."""
    return [each for each in entries if isinstance(each.event, ConversationRecorded | ConversationRevised)]


def body_of(facts: ConversationFacts, words: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a conversation's body as they stand, in JSON's types."""
    written = facts.written()
    written |= {"duration_minutes": facts.minutes, "attendees": [each.person for each in facts.attendees]}
    return {name: words.get(name, SEALED[name]) if name in SEALED else written[name] for name in BODY_FIELDS}


def show(row: Row[Any], revision: Revision | None = None, *, withholding: bool = True) -> Conversation:
    """A conversation, whole."""
    made = Conversation(**shown(row, revision, withholding=withholding))
    return made.tagged(etag(made.revision, made.digest))


def shown(row: Row[Any], revision: Revision | None = None, *, withholding: bool = True) -> Shown:
    """The latest revision, or the one given. Quotes that the customer does not allow are withheld, unless it
    is for the customer."""
    if revision is None:
        revision = LogEntry(0, row.revised_at, row.id, row.revised_by, row.digest, row.facts, row.words)
    facts, words = revision.event, revision.words
    body = body_of(facts, words or _tombstone(facts))
    allows = ALLOWS[row.facts.consent]
    are_withheld = withholding and bool(body["quotes"]) and not allows.quote_inside
    against = _reasons(row, revision)
    values = body | {
        "revision": facts.revision,
        "held_at": facts.held_at,
        "segment": facts.segment,
        "relationship": facts.relationship,
        "quotes": [] if are_withheld else body["quotes"],
        "quotes_withheld": are_withheld,
        "allows": allows,
        "word_count": facts.words,
        "digest": revision.digest,
        "reason": (words or {}).get("reason"),
        "revised_at": revision.at,
        "revised_by": revision.actor,
        "counts": not against,
        "not_counted": against,
        **{name: getattr(row, name) for name in OF_ROW},
    }
    return {name: values[name] for name in Conversation.model_fields}


def _tombstone(facts: ConversationFacts) -> dict[str, Any]:
    """The fields shown in place of words that were erased: the refs of participants are pseudonyms."""
    return {"participants": [{"ref": ref} for ref in facts.participants]}


def _reasons(row: Row[Any], revision: Revision) -> list[DoesNotCount]:
    """The reasons by the default rules: a concept's own process and team may have other ones."""
    talk = conversations.from_row(row, revision)
    return explained(reasons_against(talk, USUAL), Judged(talk, USUAL))
