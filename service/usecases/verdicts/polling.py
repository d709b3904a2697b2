"""What a poll asks: what is known of a concept at its next gate, until the log goes on with what matters."""

from datetime import datetime
from typing import NamedTuple

from schemas.process import Process
from service.domain.facts.model import Facts
from service.domain.verdict.readiness import Case
from service.store.derived import case_as_text, snapshots
from service.store.nouns import concepts
from service.store.reading.changes import is_stale
from service.store.sql.engine import Database
from service.usecases.errors import no_concept
from service.usecases.unit_of_work import Caller, seen
from service.usecases.verdicts.cases import Asked, known_now, learn, pinned

NEXT_GATE_NOW = Asked()


class Mark(NamedTuple):
    """Up to where something is known: the portfolio's position, and the last instant of what is known."""

    position: int
    latest: datetime


class Unkept(NamedTuple):
    """What is known of a concept, by its id, and not kept yet; and the position up to which it tells."""

    concept: str
    position: int
    facts: Facts
    case: Case
    process: Process


class Polled(NamedTuple):
    """`case`: None where nothing that matters was recorded since what is known already."""

    portfolio: str
    mark: Mark
    case: Case | None
    unkept: Unkept | None = None


def poll(db: Database, caller: Caller, key: str, known: Mark | None) -> Polled:
    """Whether what is known still stands, else what does."""
    with db.reading() as connection:
        concept = seen(concepts.on_its_way(connection, key), caller, no_concept)
        position: int = concept.last_position
        if known is not None and known.position <= position and not is_stale(connection, concept, *known):
            return Polled(concept.portfolio, Mark(position, known.latest), None)
        judged_by = pinned(db, connection, concept)
        (case, latest, _), facts = learn(connection, judged_by, concept)
        unkept = None
        if facts is not None and case is not None:
            unkept = Unkept(concept.id, position, facts, case, judged_by.process)
        return Polled(concept.portfolio, Mark(position, latest), case, unkept)


def poll_at(db: Database, caller: Caller, key: str, as_of: datetime) -> Polled | None:
    """What stands at an instant from the last event on: asked of one concept, it is asked of many instants.
    None: of an earlier one."""
    with db.reading() as connection:
        concept = seen(concepts.on_its_way(connection, key), caller, no_concept)
        known = known_now(db, connection, pinned(db, connection, concept), concept, NEXT_GATE_NOW)
        if not known.was_by(as_of):
            return None
        return Polled(concept.portfolio, Mark(concept.last_position, known.latest), known.case)


def keep_folded(db: Database, unkept: Unkept) -> None:
    """Whoever reads the concept next finds the facts as one row."""
    concept, position, facts, case, process = unkept
    prepared = case_as_text.write(case, process) if case_as_text.is_written(case) else None
    with db.writing() as tx:
        snapshots.keep(tx, concept, position, facts, prepared)
