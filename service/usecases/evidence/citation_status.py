"""Whether each of a concept's citations counts now, before any criterion's own filters."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.conversation import DoesNotCount
from schemas.vocabulary import Reason
from service.domain.criteria import wording
from service.domain.criteria.eligibility import Standing, standings
from service.domain.facts.model import Conversation
from service.store.sql.engine import Database
from service.usecases.verdicts.cases import facts_now, pinned


class Judged(NamedTuple):
    """Why a citation does not count (no reasons: it does), and the conversation that it cites."""

    reasons: list[DoesNotCount]
    conversation: Conversation


def judged_citations(
    db: Database, connection: Connection, concept: Row[Any], now: datetime
) -> dict[str, Judged]:
    """By citation id."""
    process = pinned(db, connection, concept).process
    gate = next((gate for gate in process.gates if gate.key == concept.next_gate), None)
    days = process.counts.within_days
    if gate is not None and "within_days" in gate.model_fields_set:
        days = gate.within_days
    return {
        standing.citation.id: Judged(
            [
                DoesNotCount(code=code, message=wording.REASONS[code])
                for code in (*standing.codes, *_of_age(standing, days, now))
            ],
            standing.conversation,
        )
        for standing in standings(facts_now(connection, concept), process.counts)
    }


def _of_age(standing: Standing, days: int | None, now: datetime) -> list[Reason]:
    held_at = standing.conversation.held_at
    if held_at > now:
        return ["IN_FUTURE"]
    return ["TOO_OLD"] if days and held_at + timedelta(days=days) <= now else []
