"""Polls: a concept's case at its next gate, or that the case known to the caller still holds."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.process import Process
from service.domain.facts.model import Facts
from service.domain.verdict.case import Case
from service.store.derived import snapshots
from service.store.reading.changes import is_stale
from service.store.sql.engine import Database
from service.usecases.concept_access import visible_concept
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import load_case, pinned


class Watermark(NamedTuple):
    """The position of the portfolio's log up to which a case is known, its digest there, the latest of
    the events' instants, and the conversations that the case cites."""

    position: int
    digest: str
    latest: datetime
    cited: frozenset[str]


class PendingSnapshot(NamedTuple):
    """A snapshot to be stored: of this concept, by its id, as it is at this position of its portfolio's log,
    which has this digest there."""

    concept: str
    portfolio: str
    position: int
    digest: str
    facts: Facts
    case: Case


class Polled(NamedTuple):
    """The answer to a poll. `case` and `process`: None where no event since the known watermark concerns the
    concept."""

    watermark: Watermark
    case: Case | None = None
    process: Process | None = None
    pending: PendingSnapshot | None = None


def poll(db: Database, caller: Caller, key: str, known: Watermark | None) -> Polled:
    """Returns that the case of the `known` watermark still holds, or the present case."""
    with db.reading() as connection:
        concept = visible_concept(connection, caller, key)
        position: int = concept.last_position
        if known is not None and known.position <= position and not is_stale(connection, concept, *known):
            return Polled(known._replace(position=position, digest=concept.last_digest))
        return _loaded(db, connection, concept)


def poll_at(db: Database, caller: Caller, key: str, as_of: datetime) -> Polled | None:
    """Returns the case at an instant not before the last event; None: the instant is earlier."""
    with db.reading() as connection:
        concept = visible_concept(connection, caller, key)
        polled = _loaded(db, connection, concept)
        return polled if polled.watermark.latest <= as_of else None


def _loaded(db: Database, connection: Connection, concept: Row[Any]) -> Polled:
    judged_by = pinned(db, connection, concept)
    head: tuple[int, str] = concept.last_position, concept.last_digest
    loaded = load_case(connection, judged_by, concept)
    pending = None
    if loaded.pending is not None and loaded.case is not None:
        pending = PendingSnapshot(concept.id, concept.portfolio, *head, loaded.pending, loaded.case)
    cited = loaded.case.cited if loaded.case is not None else frozenset[str]()
    watermark = Watermark(*head, loaded.latest, cited)
    return Polled(watermark, loaded.case, judged_by.process, pending)


def save_snapshot(db: Database, pending: PendingSnapshot) -> None:
    """Stores the snapshot, so that the next reader finds facts and case in one row."""
    with db.writing() as tx:
        snapshots.save(tx, *pending)
