"""The verdicts of many live concepts by two processes: their own, and one that is tried."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Row, select

from schemas.process import ProcessRef
from schemas.readiness import Readiness
from schemas.simulation import Effect, EffectCounts, VerdictInShort
from schemas.vocabulary import PASSING
from service.domain.facts.fold import move
from service.domain.facts.model import Facts
from service.domain.verdict.readiness import verdict
from service.store.derived import readiness_index
from service.store.nouns.concepts import LIVE, concepts
from service.store.sql.columns import micros
from service.store.sql.engine import Database
from service.usecases.paging import bad_cursor, unpack
from service.usecases.processes.processes import PublishedProcess
from service.usecases.verdicts.cases import pinned_each
from service.usecases.verdicts.many_cases import Gathered, case_of, gathered, labels_for
from service.usecases.verdicts.readiness_index import ReadTarget

Item = TypeVar("Item")
BATCH = 20
"""Concepts held in memory at a time. So few because what is held is looked through for garbage again and
again: with a hundred, it takes a tenth longer."""

COLUMNS = [concepts.c[name] for name in ("id", "key", "portfolio", "process_key", "process_version", "stage")]


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
    tried: PublishedProcess,
    rules: Sequence[ColumnElement[bool]],
    after: str,
    *,
    moving: bool = False,
) -> Iterator[ComparedConcept]:
    """Live concepts by key, batch after batch: no more of them are in memory than one batch. The index has to
    have reached the target. `moving`: a move outdates the approvals given before it."""
    while rows := _batch(connection, rules, after):
        after = rows[-1].key
        index = _index(connection, [row.id for row in rows], micros(target.as_of))
        members = list(gathered(connection, rows))
        by = pinned_each(db, connection, {row.id: row for row in rows})
        labels = labels_for(connection, [tried, *by.values()], [each.facts for each in members])
        for each in members:
            as_of = max(target.as_of, each.facts.latest)
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


def page_of(
    comparisons: Iterable[ComparedConcept],
    limit: int,
    show: Callable[[ComparedConcept, Effect], Item],
    *,
    chosen: Effect | None = None,
    whole: bool,
) -> tuple[list[Item], EffectCounts]:
    """One item more than the page holds, where there is one, of this effect (None: of any); and how many
    concepts there are of each effect, if the `whole` is gone through."""
    items: list[Item] = []
    counted: Counter[str] = Counter()
    for each in comparisons:
        effect = effect_of(each)
        counted[effect] += 1
        if len(items) <= limit and chosen in (None, effect):
            items.append(show(each, effect))
        if len(items) > limit and not whole:
            break
    return items, EffectCounts(**counted)


def start_of(list_name: str, cursor: str | None, name: Sequence[str]) -> tuple[str, list[Any] | None]:
    """The start of a page of what is called `name`: after this key, with this summary by the first page;
    None: this is the first."""
    if cursor is None:
        return "", None
    match unpack(list_name, cursor):
        case [*named, str(key), list(summary)] if named == name and key.isprintable():
            return key, summary
    raise bad_cursor()


def counts_in(summary: Sequence[Any]) -> EffectCounts:
    """The counts of the first page, from a cursor."""
    match summary:
        case [int(blocked), int(ready), int(unchanged)]:
            return EffectCounts(newly_blocked=blocked, newly_ready=ready, unchanged=unchanged)
    raise bad_cursor()


def in_short(readiness: Readiness) -> VerdictInShort:
    """The fields of a verdict that are compared with another's."""
    return VerdictInShort(gate=readiness.gate, verdict=readiness.verdict, blocking=readiness.blocking)


def _batch(connection: Connection, rules: Sequence[ColumnElement[bool]], after: str) -> Sequence[Row[Any]]:
    conditions = (concepts.c.key > after, concepts.c.status.in_(LIVE), *rules)
    return connection.execute(select(*COLUMNS).where(*conditions).order_by(concepts.c.key).limit(BATCH)).all()


def _index(connection: Connection, ids: Sequence[str], instant: int) -> dict[str, Row[Any]]:
    rows = readiness_index.rows_of(connection, readiness_index.readiness_index.c.concept.in_(ids))
    good = readiness_index.are_valid(connection, rows, instant)
    return {row.concept: row for row, is_good in zip(rows, good, strict=True) if is_good}


def _now(
    judged_by: PublishedProcess,
    member: Gathered,
    row: Row[Any] | None,
    labels: dict[str, str],
    as_of: datetime,
) -> VerdictInShort:
    """The present verdict, on the same facts as the other: from the index, if nothing was recorded since."""
    last = max(seq for seq, _, _ in member.facts.used)
    if row is not None and last <= row.position and micros(as_of) < row.holds_until:
        entry = orjson.loads(row.entry)
        return VerdictInShort(gate=row.gate, verdict=row.verdict, blocking=entry["blocking"])
    case = case_of(judged_by, member.facts, labels, explained=False)
    return in_short(verdict(case, judged_by.process, as_of))
