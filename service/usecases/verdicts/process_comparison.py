"""The verdicts of many live concepts by two processes: their own, and one that is tried."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, select

from schemas.process import ProcessRef
from schemas.readiness import Readiness
from schemas.simulation import Effect, VerdictInShort
from schemas.vocabulary import PASSING
from service.domain.facts.fold import move
from service.domain.facts.model import Facts
from service.domain.verdict.readiness import verdict
from service.store.derived.readiness_index import LIVE, kept_verdicts
from service.store.nouns.concepts import concepts
from service.store.sql.engine import Database
from service.usecases.processes.processes import Published
from service.usecases.verdicts.cases import pinned
from service.usecases.verdicts.many_cases import Gathered, case_of, gathered, labels_for
from service.usecases.verdicts.readiness_index import Aim

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
    aim: Aim,
    tried: Published,
    rules: Sequence[ColumnElement[bool]],
    after: str,
    *,
    moving: bool = False,
) -> Iterator[ComparedConcept]:
    """Live concepts by key, batch after batch: no more of them are at hand than one batch. Kept verdicts
    are to have reached the aim. `moving`: a move itself outdates what was said under the version before."""
    while rows := _batch(connection, rules, after):
        after = rows[-1].key
        indexed = _indexed(connection, [row.id for row in rows])
        batch = list(gathered(connection, rows))
        by = {row.id: pinned(db, connection, row) for row in rows}
        labels = labels_for(connection, [tried, *by.values()], batch)
        for each in batch:
            as_of = max(aim.as_of, each.latest)
            goes_by = by[each.concept.id]
            now = _now(goes_by, each, indexed.get(each.concept.id), aim, labels, as_of)
            if moving:
                move(each.facts, tried.ref.key, tried.ref.version)
            then = verdict(case_of(tried, each, labels, explained=False), tried.process, as_of)
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


def _indexed(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    query = select(kept_verdicts).where(
        kept_verdicts.c.concept.in_(ids), kept_verdicts.c.verdict.is_not(None)
    )
    return {row.concept: row for row in connection.execute(query)}


def _now(
    judged_by: Published,
    inputs: Gathered,
    indexed: Row[Any] | None,
    aim: Aim,
    labels: dict[str, str],
    as_of: datetime,
) -> VerdictInShort:
    """The indexed verdict if no event is newer, so that both verdicts rest on the same facts; else a new
    one."""
    last = max(seq for seq, _, _ in inputs.facts.used)
    if (
        indexed is not None
        and last <= aim.positions[inputs.concept.portfolio]
        and indexed.holds_until > as_of
    ):
        return VerdictInShort(gate=indexed.gate, verdict=indexed.verdict, blocking=indexed.blocking)
    return in_short(verdict(case_of(judged_by, inputs, labels, explained=False), judged_by.process, as_of))
