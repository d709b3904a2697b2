"""The index of verdicts: follows the log, and evaluates anew those that no longer hold."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row

from service.domain.verdict.readiness import Lasting, lasting
from service.store.derived import readiness_index
from service.store.sql.engine import Database
from service.usecases.processes.processes import Published
from service.usecases.unit_of_work import Caller, transaction
from service.usecases.verdicts.cases import pinned
from service.usecases.verdicts.many_cases import Gathered, case_of, gathered, labels_for

BATCH = 100
"""Concepts worked out at a time: what bounds memory, and how long another writer waits."""


class Aim(NamedTuple):
    """The state that the index must reach before a query is answered: every event up to these positions, by
    portfolio, and verdicts at this instant. `behind`: a portfolio whose index had not reached `positions`
    yet."""

    as_of: datetime
    positions: dict[str, int]
    behind: str | None = None


def aim_at(db: Database, caller: Caller, portfolios: Sequence[str] = ()) -> Aim:
    """Everything recorded until now in these portfolios (none named: in all) that the caller sees."""
    with db.reading() as connection:
        heads = readiness_index.heads(connection, seen_among(caller, portfolios))
    # What was recorded or worked out, by whatever clock, is never in the future.
    known = [instant for each in heads for instant in (each.at, each.followed_at) if instant is not None]
    aim = Aim(max([caller.clock(), *known]), {each.portfolio: each.seq for each in heads})
    return aim._replace(behind=_behind(aim, heads))


def seen_among(caller: Caller, portfolios: Sequence[str]) -> tuple[str, ...] | None:
    """The named portfolios (none named: all) that the caller sees; None: all there are."""
    if caller.portfolios is None:
        return tuple(portfolios) or None
    return tuple(sorted(caller.portfolios.intersection(portfolios) if portfolios else caller.portfolios))


def behind(db: Database, aim: Aim) -> str | None:
    """A portfolio whose index has not reached the aim yet; None: all have."""
    with db.reading() as connection:
        return _behind(aim, readiness_index.heads(connection, tuple(aim.positions)))


def _behind(aim: Aim, heads: Iterable[Row[Any]]) -> str | None:
    late = (
        each.portfolio
        for each in heads
        if each.position < aim.positions[each.portfolio]
        or (each.holds_until is not None and each.holds_until <= aim.as_of)
    )
    return next(late, None)


def catch_up(db: Database, caller: Caller, aim: Aim, portfolio: str) -> None:
    """Follows the portfolio's log, and evaluates some of the verdicts that no longer hold."""
    with transaction(db, caller) as tx:
        followed = readiness_index.hold(tx, portfolio)
        if followed.position < aim.positions[portfolio]:
            readiness_index.follow(tx, portfolio, followed.position)
    with db.reading() as connection:
        # Looked up before the events are: they tell of this position at least.
        head = readiness_index.head(connection, portfolio)
        at = max(aim.as_of, head.at)
        rows = readiness_index.due(connection, portfolio, aim.as_of, BATCH)
        worked_out = {id: _row(each) for id, each in _worked_out(db, connection, rows, at)}
        at = max([at, *(latest for _, latest in worked_out.values())])
    with transaction(db, caller) as tx:
        followed = readiness_index.hold(tx, portfolio)
        index_rows = {id: row for id, (row, _) in sorted(worked_out.items())}
        readiness_index.keep(tx, portfolio, head.seq, max(followed.at, at), index_rows)


def _worked_out(
    db: Database, connection: Connection, rows: Sequence[Row[Any]], at: datetime
) -> list[tuple[str, Lasting]]:
    by = {row.id: pinned(db, connection, row) for row in rows}
    inputs = list(gathered(connection, rows))
    labels = labels_for(connection, by.values(), inputs)
    return [
        (each.concept.id, _lasting(by[each.concept.id], each, labels, max(at, each.latest)))
        for each in inputs
    ]


def _lasting(judged_by: Published, gathered: Gathered, labels: dict[str, str], at: datetime) -> Lasting:
    return lasting(case_of(judged_by, gathered, labels), judged_by.process, at)


def _row(result: Lasting) -> tuple[dict[str, Any], datetime]:
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
    row = {
        "process_key": verdict.process.key,
        "gate": verdict.gate,
        "verdict": verdict.verdict,
        "expires_at": verdict.passes_until or readiness_index.FOREVER,
        "blocking": verdict.blocking,
        "entry": orjson.dumps(shown, option=orjson.OPT_UTC_Z).decode(),
        "holds_until": result.outcomes_until or readiness_index.FOREVER,
    }
    return row, verdict.as_of
