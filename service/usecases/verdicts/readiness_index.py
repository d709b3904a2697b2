"""The index of verdicts: follows the log, and evaluates anew those that no longer hold."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from service.domain.criteria.intervals import FOREVER
from service.domain.facts.present import present
from service.domain.verdict.readiness import VerdictSpan, verdict_span
from service.store.derived import followers, readiness_index
from service.store.derived.followers import Lag
from service.store.derived.readiness_index import INDEX, IndexRow, NotAsWritten
from service.store.log.chains import chains
from service.store.nouns.concepts import concepts
from service.store.sql.columns import instant_of, micros
from service.store.sql.engine import Database
from service.usecases.unit_of_work import Caller, transaction
from service.usecases.verdicts.cases import pinned_each
from service.usecases.verdicts.many_cases import case_of, gathered, labels_for

BATCH = 100
"""Concepts worked out at a time: what bounds memory, and how long another writer waits."""


class ReadTarget(NamedTuple):
    """The state that the index must reach before a query is answered: every event up to these positions, by
    portfolio, and verdicts at this instant. `behind`: a portfolio whose index had not reached it yet."""

    as_of: datetime
    positions: dict[str, int]
    behind: str | None = None


def target_now(db: Database, caller: Caller, portfolios: Sequence[str] = ()) -> ReadTarget:
    """Everything recorded until now in these portfolios (none named: in all) that the caller sees."""
    with db.reading() as connection:
        lags = followers.lags(connection, INDEX, visible_among(caller, portfolios))
    # What was recorded or worked out, by whatever clock, is never in the future.
    latest = max((max(each.at, each.cursor.at if each.cursor else 0) for each in lags), default=0)
    target = ReadTarget(max(caller.clock(), instant_of(latest)), {each.portfolio: each.seq for each in lags})
    return target._replace(behind=_behind(target, lags))


def visible_among(caller: Caller, portfolios: Sequence[str]) -> tuple[str, ...] | None:
    """The named portfolios (none named: all) that the caller sees; None: all there are."""
    if caller.portfolios is None:
        return tuple(portfolios) or None
    return tuple(sorted(caller.portfolios.intersection(portfolios) if portfolios else caller.portfolios))


def behind(db: Database, target: ReadTarget) -> str | None:
    """A portfolio whose index has not reached the target yet; None: all have."""
    with db.reading() as connection:
        return _behind(target, followers.lags(connection, INDEX, tuple(target.positions)))


def _behind(target: ReadTarget, lags: Iterable[Lag]) -> str | None:
    as_of = micros(target.as_of)
    # No further than the log goes: after a failover it may end before the target.
    late = (
        each.portfolio
        for each in lags
        if each.is_behind(min(target.positions[each.portfolio], each.seq), as_of)
    )
    return next(late, None)


def catch_up(db: Database, caller: Caller, target: ReadTarget, portfolio: str) -> None:
    """Follows the portfolio's log, and evaluates some of the verdicts that no longer hold."""
    try:
        _catch_up(db, caller, target, portfolio)
    except NotAsWritten as error:
        repair(db, caller, error.concepts)


def repair(db: Database, caller: Caller, ids: Sequence[str]) -> None:
    """Repairs the index in the portfolios of these concepts."""
    with transaction(db, caller) as tx:
        readiness_index.drop_unknown(tx, ids)
        query = select(concepts.c.portfolio).where(concepts.c.id.in_(ids)).distinct()
        portfolios = tx.execute(query).scalars().all()
    for portfolio in sorted(portfolios):
        with transaction(db, caller) as tx:
            readiness_index.repair(tx, readiness_index.lock(tx, portfolio))


def _catch_up(db: Database, caller: Caller, target: ReadTarget, portfolio: str) -> None:
    with transaction(db, caller) as tx:
        cursor = readiness_index.lock(tx, portfolio)
        if cursor.position < target.positions[portfolio]:
            readiness_index.follow(tx, cursor)
    with db.reading() as connection:
        # Looked up before the events are: they tell of this position at least.
        heads = select(*chains.c["seq", "at", "digest"]).where(chains.c.key == portfolio)
        head = connection.execute(heads).one()
        due = followers.due(connection, INDEX, portfolio, micros(target.as_of), BATCH)
        spans = _verdict_spans(db, connection, due, max(target.as_of, head.at))
    if unknown := set(due) - spans.keys():
        raise NotAsWritten(unknown)
    at = max([target.as_of, head.at, *(each.verdict.as_of for each in spans.values())])
    rows = {id: _row(each) for id, each in sorted(spans.items())}
    with transaction(db, caller) as tx:
        cursor = readiness_index.lock(tx, portfolio)
        readiness_index.save(tx, cursor, (head.seq, head.digest), micros(at), rows)


def _verdict_spans(
    db: Database, connection: Connection, ids: Sequence[str], at: datetime
) -> dict[str, VerdictSpan]:
    if not ids:
        return {}
    rows = connection.execute(select(concepts.c.id).where(concepts.c.id.in_(ids))).all()
    members = list(gathered(connection, rows))
    by = pinned_each(db, connection, {each.concept.id: each.facts for each in members})
    labels = labels_for(connection, by.values(), [each.facts for each in members])
    results = {}
    for each in members:
        judged_by = by[each.concept.id]
        case = case_of(judged_by, each.facts, labels)
        results[each.concept.id] = verdict_span(case, judged_by.process, present(at, each.facts.latest))
    return results


def _row(result: VerdictSpan) -> IndexRow:
    verdict = result.verdict
    why_not = verdict.not_evaluable
    shown = {
        "concept": verdict.concept,
        "portfolio": verdict.portfolio,
        "process": verdict.process.model_dump(),
        "gate": verdict.gate,
        "verdict": verdict.verdict,
        "ready": verdict.ready,
        "not_evaluable": why_not.code if why_not else None,
        "passes_until": verdict.passes_until,
        "blocking": verdict.blocking,
        "warnings": verdict.warnings,
    }
    return IndexRow(
        key=verdict.concept,
        portfolio=verdict.portfolio,
        process_key=verdict.process.key,
        gate=verdict.gate,
        verdict=verdict.verdict,
        expires_at=micros(verdict.passes_until or FOREVER),
        entry=orjson.dumps(shown, option=orjson.OPT_UTC_Z).decode(),
        holds_until=micros(result.outcomes_until or FOREVER),
    )
