"""Which events of the log subscribers are told of by themselves, and what."""

from typing import Any

from sqlalchemy import Row

from schemas.flips import NoticeType
from schemas.vocabulary import AGAINST, PASSING
from service.domain.record.catalogue import read
from service.domain.record.citation import CitationMade
from service.domain.record.conversation import ConversationErased
from service.domain.record.review import ReviewDecided


def about(row: Row[Any]) -> tuple[NoticeType, dict[str, Any]] | None:
    """The type of an event's notice, and what it says beside the readiness; None: it has none."""
    match read(row.type, row.data):
        case ReviewDecided() as review:
            facts = {"review": review.review, "gate": review.gate, "outcome": review.outcome}
            ready = review.verdict in PASSING
            return "review.decided", {**facts, "verdict": review.verdict, "ready": ready}
        case CitationMade() as made if made.stance in AGAINST:
            names = ("citation", "conversation", "decision", "stance")
            return "contradiction.recorded", {name: getattr(made, name) for name in names}
        case ConversationErased():
            return "evidence.erased", {"conversation": row.stream}
    return None
