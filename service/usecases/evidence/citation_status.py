"""Whether each of a concept's citations counts now, before any criterion's own filters."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.conversation import DoesNotCount
from service.domain.criteria.admissible import Age, assessed_citations, explained
from service.domain.criteria.gaps import Judged
from service.domain.criteria.scope import window_at
from service.domain.facts.model import Citation, Conversation
from service.store.sql.engine import Database
from service.usecases.verdicts.cases import facts_now, pinned


class CitationStatus(NamedTuple):
    """The reasons why a citation does not count (none: it counts), the conversation that it
    cites, and itself."""

    reasons: list[DoesNotCount]
    conversation: Conversation
    citation: Citation


def judged_citations(
    db: Database, connection: Connection, concept: Row[Any], now: datetime
) -> dict[str, CitationStatus]:
    """The status of each of the concept's citations at this instant, by the citation's id."""
    facts = facts_now(connection, concept)
    process = pinned(db, connection, concept).process
    window = window_at(process, next((gate for gate in process.gates if gate.key == concept.next_gate), None))
    age = Age(window, now)
    return {
        each.citation.id: CitationStatus(
            explained(each.codes_at(age), Judged(each.conversation, process.counts, facts, each.citation)),
            each.conversation,
            each.citation,
        )
        for each in assessed_citations(facts, process.counts)
    }
