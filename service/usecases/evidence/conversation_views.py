"""A conversation as it is shown, from its facts and its words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from schemas.conversation import Conversation, DoesNotCount
from schemas.process import Counts
from service.domain.criteria.admissible import ENDED, OF_TALK, explained, reasons
from service.domain.facts.consent import ALLOWS
from service.domain.facts.fold import conversation_of
from service.domain.facts.model import Recorded

USUAL = Counts()
ERASED: dict[str, Any] = {
    "summary": "",
    "quotes": [],
    "participants": [],
    "themes": [],
    "commitments": [],
    "past_spend": None,
    "external": [],
}

Revision = tuple[Recorded, dict[str, Any] | None]
Shown = dict[str, Any]
"""The fields of schemas.conversation.Conversation, in its order: what was checked when it came in."""


def said_in(facts: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """What was said when it was recorded, as the body had it."""
    return {
        "kind": facts["kind"],
        "held_at": facts["held_at"],
        "duration_minutes": facts["minutes"],
        "customer": facts["customer"],
        "attendees": [attendee[0] for attendee in facts["attendees"]],
        "conducted_by": facts["conducted_by"],
        "solution_shown": facts["solution_shown"],
        "consent": facts["consent"],
        **{name: words[name] if name in words else facts.get(name) for name in ERASED},
    }


def show(row: Row[Any], revision: Revision | None = None, *, withholding: bool = True) -> Conversation:
    """A conversation, whole."""
    return Conversation(**shown(row, revision, withholding=withholding))


def shown(row: Row[Any], revision: Revision | None = None, *, withholding: bool = True) -> Shown:
    """The latest revision, or the one given as its event and words. Quotes that the customer does not
    allow are withheld, unless it is for the customer."""
    if revision is None:
        facts, words, digest = row.facts, row.words, row.digest
        revised_at, revised_by = row.revised_at, row.revised_by
    else:
        event, words = revision
        facts, digest = event.data, event.digest
        revised_at, revised_by = event.at, event.actor
    said = said_in(facts, words or _tombstone(facts))
    allows = ALLOWS[row.facts["consent"]]
    quotes = said["quotes"]
    are_withheld = withholding and bool(quotes) and not allows.quote_inside
    reasons = _reasons(row, facts, digest)
    return {
        "revision": facts["revision"],
        "created_at": row.created_at,
        "created_by": row.created_by,
        "id": row.id,
        "portfolio": row.portfolio,
        "kind": said["kind"],
        "held_at": datetime.fromisoformat(said["held_at"]),
        "duration_minutes": said["duration_minutes"],
        "customer": said["customer"],
        "segment": facts["segment"],
        "relationship": facts["relationship"],
        "participants": said["participants"],
        "attendees": said["attendees"],
        "conducted_by": said["conducted_by"],
        "solution_shown": said["solution_shown"],
        "summary": said["summary"],
        "quotes": [] if are_withheld else quotes,
        "quotes_withheld": are_withheld,
        "themes": said["themes"],
        "commitments": said["commitments"],
        "past_spend": said["past_spend"],
        "consent": said["consent"],
        "allows": allows,
        "external": said["external"],
        "word_count": facts["words"],
        "digest": digest,
        "reason": (words or {}).get("reason"),
        "revised_at": revised_at,
        "revised_by": revised_by,
        "withdrawn_at": row.withdrawn_at,
        "erased_at": row.erased_at,
        "counts": not reasons,
        "not_counted": reasons,
    }


def _tombstone(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the place of words that were erased: the refs are pseudonyms."""
    return {**ERASED, "participants": [{"ref": ref} for ref in facts["participants"]]}


def _reasons(row: Row[Any], facts: Mapping[str, Any], digest: str) -> list[DoesNotCount]:
    """By the default rules: a concept's own process and team may say more, or otherwise."""
    said = Recorded(0, row.created_at, "", row.id, row.created_by, digest, facts)
    ended = reasons(ENDED, row.erased_at is not None, row.withdrawn_at is not None)
    if row.erased_at is not None:
        return explained(ended)
    return explained(reasons(OF_TALK, conversation_of(said), USUAL) + ended)
