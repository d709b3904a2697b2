"""The verdicts of many live concepts by two processes: their own, and one that is tried."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Row, select

from schemas.process import ProcessRef
from schemas.readiness import Readiness
from schemas.simulation import Effect, VerdictInShort
from schemas.vocabulary import PASSING
from service.domain.facts.fold import move
from service.domain.facts.model import Facts
from service.domain.verdict.readiness import verdict
from service.store.derived import readiness_index
from service.store.nouns.concepts import LIVE, concepts
from service.store.sql.columns import micros
from service.store.sql.engine import Database
from service.usecases.processes.processes import Published
from service.usecases.verdicts.cases import pinned
from service.usecases.verdicts.many_cases import Gathered, case_of, gathered, labels_for
from service.usecases.verdicts.readiness_index import ReadTarget

BATCH = 20
"""Concepts held in memory at a time. So few because what is held is looked through for garbage again and
again: with a hundred, it takes a tenth longer."""


class ComparedConcept(NamedTuple):
    """A concept with its verdicts by its own process and by the one that is tried."""

    concept: Row[Any]
    goes_by: ProcessRef
    facts: Facts
    now: VerdictInShort
    then: Readiness


def compared(
    db: Database,
    connection: Connection,
    target: ReadTarget,
    tried: Published,
    rules: Sequence[ColumnElement[bool]],
    after: str,
    *,
    moving: bool = False,
) -> Iterator[ComparedConcept]:
    """Live concepts by key, batch after batch: no more of them are at hand than one batch. The index
    is to have reached the target. `moving`: a move itself outdates what was said under the version before."""
    while rows := _batch(connection, rules, after):
        after = rows[-1].key
        index = _index(connection, [row.id for row in rows], micros(target.as_of))
        found = list(gathered(connection, rows))
        by = {row.id: pinned(db, connection, row) for row in rows}
        labels = labels_for(connection, [tried, *by.values()], [each.facts for each in found])
        for each in found:
            as_of = max(target.as_of, each.latest)
            goes_by = by[each.concept.id]
            now = _now(goes_by, each, index.get(each.concept.id), labels, as_of)
            if moving:
                move(each.facts, tried.ref.key, tried.ref.version)
            then = verdict(case_of(tried, each.facts, labels, explained=False), tried.process, as_of)
            yield ComparedConcept(each.concept, goes_by.ref, each.facts, now, then)


def effect_of(compared: ComparedConcept) -> Effect:
    """The effect of the tried process on the concept."""
    was_ready, is_ready = compared.now.verdict in PASSING, compared.then.ready
    if was_ready == is_ready:
        return "unchanged"
    return "newly_ready" if is_ready else "newly_blocked"


def in_short(readiness: Readiness) -> VerdictInShort:
    """The fields of a verdict that are compared with another's."""
    return VerdictInShort(gate=readiness.gate, verdict=readiness.verdict, blocking=readiness.blocking)


def _batch(connection: Connection, rules: Sequence[ColumnElement[bool]], after: str) -> Sequence[Row[Any]]:
    query: Any = (
        select(
            concepts.c.id,
            concepts.c.key,
            concepts.c.portfolio,
            concepts.c.process_key,
            concepts.c.process_version,
            concepts.c.stage,
        )
        .where(concepts.c.key > after, concepts.c.status.in_(LIVE), *rules)
        .order_by(concepts.c.key)
        .limit(BATCH)
    )
    rows: Sequence[Row[Any]] = connection.execute(query).all()
    return rows


def _index(connection: Connection, ids: Sequence[str], instant: int) -> dict[str, Row[Any]]:
    rows = readiness_index.rows_of(connection, readiness_index.readiness_index.c.concept.in_(ids))
    good = readiness_index.are_good(connection, rows, instant)
    return {row.concept: row for row, is_good in zip(rows, good, strict=True) if is_good}


def _now(
    judged_by: Published,
    found: Gathered,
    row: Row[Any] | None,
    labels: dict[str, str],
    as_of: datetime,
) -> VerdictInShort:
    """What the index says, if nothing was recorded since: both verdicts are to rest on the same facts."""
    last = max(seq for seq, _, _ in found.facts.used)
    if row is not None and last <= row.position and micros(as_of) < row.holds_until:
        entry = orjson.loads(row.entry)
        return VerdictInShort(gate=row.gate, verdict=row.verdict, blocking=entry["blocking"])
    case = case_of(judged_by, found.facts, labels, explained=False)
    return in_short(verdict(case, judged_by.process, as_of))
