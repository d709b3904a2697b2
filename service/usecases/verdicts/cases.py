"""From a concept's row to its facts and its verdict."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from service.domain.facts.fold import carry_on, gather
from service.domain.facts.model import Facts, Recorded
from service.domain.verdict.readiness import Case, Question, not_yet_recorded, prepare, verdict
from service.store.derived import snapshots
from service.store.derived.case_as_text import is_written
from service.store.derived.case_from_text import Judge
from service.store.nouns import themes
from service.store.reading.changes import is_stale
from service.store.reading.history import history, since_of
from service.store.sql.columns import EPOCH
from service.store.sql.engine import Database
from service.usecases.processes.processes import Published, published

# Fewer events are read and folded as fast as what was kept of them.
WORTH_KEEPING = 10
# What was kept longer ago is kept anew: each time it is found, what turned since is looked through.
LATE = 10_000
# Of a written case, as much as takes the memory of a row once it is read.
LENGTH_OF_A_ROW = 500


class Asked(NamedTuple):
    """What to judge: the next gate, now, by the pinned version, unless said otherwise."""

    gate: str | None = None
    as_of: datetime | None = None
    position: int | None = None
    process_version: int | None = None


def pinned(db: Database, connection: Connection, concept: Row[Any]) -> Published:
    """The process version that the concept goes by."""
    found = published(db, connection, concept.process_key, concept.process_version)
    if found is None:
        raise LookupError("a concept's process version is gone")
    return found


def facts_now(connection: Connection, concept: Row[Any]) -> Facts:
    """Everything recorded of the concept until now."""
    return _fold(history(connection, concept))


def facts_held(connection: Connection, concept: Row[Any], position: int) -> Facts:
    """The same, before anything is written to the portfolio's log, which is held at this position."""
    return _facts_at(connection, concept, position).facts


class _Held(NamedTuple):
    """Facts, and the position at which they were kept as they are; None: they are not, the log went on."""

    facts: Facts
    kept_at: int | None


def _facts_at(connection: Connection, concept: Row[Any], position: int) -> _Held:
    kept = snapshots.find(connection, concept, position)
    if kept is not None:
        recorded = history(connection, concept, position=position, after=kept.position)
        if not recorded:
            return _Held(kept.facts, kept.position)
        carried = carry_on(kept.facts, recorded, since_of(concept))
        if carried is not None:
            return _Held(carried, None)
    return _Held(_fold(history(connection, concept, position=position)), None)


def _fold(events: list[Recorded]) -> Facts:
    facts = gather(events)
    if facts is None:
        raise LookupError("a concept has no events")
    return facts


def judge(
    db: Database, connection: Connection, judged_by: Published, concept: Row[Any], asked: Asked, now: datetime
) -> Readiness:
    """The verdict. Asked of the past it sees what was recorded by then; else everything."""
    until = asked.as_of if asked.as_of is not None and asked.as_of < now else None
    known = None
    if asked.position is None and _has_gate(judged_by, asked.gate):
        known = known_now(db, connection, judged_by, concept, asked)
    if known is None or not known.was_by(until):
        known = _learn_past(connection, judged_by, concept, asked, until)
    # Another process's clock may be ahead of ours: what is recorded is never in the future.
    as_of = asked.as_of if asked.as_of is not None else max(now, known.latest)
    if known.case is None:
        question = Question(judged_by.process, judged_by.ref, as_of, asked.gate)
        return not_yet_recorded(question, concept.key, concept.portfolio)
    return verdict(known.case, as_of)


def _has_gate(judged_by: Published, gate: str | None) -> bool:
    """A gate of another version may be asked for, by any name: such names are not kept."""
    return gate is None or any(gate == each.key for each in judged_by.process.gates)


class Known(NamedTuple):
    """What follows from the log, whatever the instant. `case`: None before the concept was recorded.
    `latest`: of the events' instants. `weight`: in rows, of keeping it at hand."""

    case: Case | None
    latest: datetime
    weight: int

    def was_by(self, instant: datetime | None) -> bool:
        """Whether all of it was recorded by then; None: by now."""
        return instant is None or self.latest <= instant


class Learned(NamedTuple):
    """What follows from the log now. `unkept`: the facts, where they are worth keeping from here on."""

    known: Known
    unkept: Facts | None


def learn(
    connection: Connection, judged_by: Published, concept: Row[Any], gate: str | None = None
) -> Learned:
    """What follows from the log now, at this gate (None: the next one).

    The row says whose conversations matter. What was written since it was read is left out, so that row and
    events tell of one moment.
    """
    position: int = concept.last_position
    if gate is None:
        judge = Judge(judged_by.process, judged_by.ref, partial(themes.labels_of, connection))
        found = snapshots.find_case(connection, concept, position, judge)
        if found is not None and position - found.position < LATE:
            return Learned(Known(found.case, found.latest, 1 + found.length // LENGTH_OF_A_ROW), None)
    facts, kept_at = _facts_at(connection, concept, position)
    case = prepare(judged_by.process, judged_by.ref, gate, facts, labels(connection, judged_by, facts))
    if kept_at is None:
        is_good = len(facts.used) < WORTH_KEEPING
    else:
        # Where its case is written, it would have been found.
        is_good = not is_written(case) and position - kept_at < LATE
    return Learned(Known(case, facts.latest, len(facts.used)), None if is_good else facts)


def known_now(
    db: Database, connection: Connection, judged_by: Published, concept: Row[Any], asked: Asked
) -> Known:
    """What follows from the log is kept until the log goes on with what matters here: the row just read
    says how far it is."""
    key = (concept.id, judged_by.ref, asked.gate)
    kept: tuple[int, Known] | None = db.parsed.get(key)
    position: int = concept.last_position
    if kept is not None:
        since, known = kept
        if since == position:
            return known
        if since < position and not is_stale(connection, concept, since, known.latest):
            db.parsed.put(key, (position, known), weight=known.weight)
            return known
    known = learn(connection, judged_by, concept, asked.gate).known
    # In the place of what was known before: labels that were erased since are let go.
    db.parsed.put(key, (position, known), weight=known.weight)
    return known


def _learn_past(
    connection: Connection, judged_by: Published, concept: Row[Any], asked: Asked, until: datetime | None
) -> Known:
    events = history(connection, concept, until=until, position=_upto(concept, asked))
    facts = gather(events)
    if facts is None:
        return Known(None, max((event.at for event in events), default=EPOCH), len(events))
    themed = labels(connection, judged_by, facts)
    case = prepare(judged_by.process, judged_by.ref, asked.gate, facts, themed)
    return Known(case, facts.latest, len(events))


def _upto(concept: Row[Any], asked: Asked) -> int:
    last: int = concept.last_position
    return last if asked.position is None else asked.position


def labels(connection: Connection, judged_by: Published, facts: Facts) -> dict[str, str]:
    """The themes' labels, where the process looks at themes."""
    if not judged_by.themed:
        return {}
    ids = {id for conversation in facts.conversations.values() for id in conversation.themes}
    return themes.labels_of(connection, ids) if ids else {}
