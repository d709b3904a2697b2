"""Gates looked at from after the launch: what held and what did not, per criterion and per waiver."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row

from schemas.outcome_report import (
    BecameCounts,
    ComparedCriterion,
    ComparedDecisions,
    ComparedPasses,
    ComparedWaiver,
    OutcomeReport,
    WaivedCriterion,
    WaiverReport,
)
from service.domain.launches.launch import launched_versions, launching
from service.domain.launches.passes import (
    CriterionOverPasses,
    GivenOutcome,
    Launched,
    Pass,
    compare,
    pass_of,
    together,
)
from service.store.nouns import concepts, outcomes, reviews
from service.store.sql.engine import Database
from service.usecases.paging import PageRequest, bad_cursor, pack, unpack
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import pinned

CRITERIA, WAIVERS = "compared-criteria", "compared-waivers"
BATCH = 50
"""Concepts looked at together, each with the frozen verdicts of its gates: what bounds memory."""


class PassFilters(NamedTuple):
    """Which passes; None: whichever. `version`: of the process."""

    portfolio: str | None = None
    process: str | None = None
    version: int | None = None
    gate: str | None = None

    def has(self, each: Pass) -> bool:
        """Whether this pass is asked for."""
        wanted = (self.process, self.version, self.gate)
        said = (each.process, each.version, each.gate)
        return all(want in (None, is_) for want, is_ in zip(wanted, said, strict=True))


class Traced(NamedTuple):
    """A launched concept, the instants of its passes by review, and what can be compared of it."""

    concept: Row[Any]
    went_at: Mapping[str, datetime]
    launched: Launched


def compare_criteria(db: Database, caller: Caller, chosen: PassFilters, wanted: PageRequest) -> OutcomeReport:
    """One page of criteria; each goes through all launched concepts, some at a time."""
    after = None if wanted.cursor is None else _place(wanted.cursor)
    with db.reading() as connection:
        comparison = compare(each.launched for each in _every(db, connection, caller, chosen))
    keys = sorted(key for key in comparison.criteria if after is None or key > after)
    shown = keys[: wanted.limit]
    return OutcomeReport(
        items=[_criterion(*key, comparison.criteria[key]) for key in shown],
        next=pack(CRITERIA, list(shown[-1])) if len(keys) > len(shown) else None,
        concepts=comparison.concepts,
        decisions=ComparedDecisions(**comparison.decisions),
        passes=ComparedPasses(
            with_waiver=BecameCounts(**comparison.with_waiver),
            without_waiver=BecameCounts(**comparison.without_waiver),
        ),
    )


def compare_waivers(db: Database, caller: Caller, chosen: PassFilters, wanted: PageRequest) -> WaiverReport:
    """One page of the waivers that a launch rests on, by id."""
    after = "" if wanted.cursor is None else _id(wanted.cursor)
    items: list[ComparedWaiver] = []
    with db.reading() as connection:
        for each in _waived(db, connection, caller, chosen, after):
            items.append(each)
            if len(items) > wanted.limit:
                break
    shown = items[: wanted.limit]
    following = pack(WAIVERS, shown[-1].waiver) if len(items) > len(shown) else None
    return WaiverReport(items=shown, next=following)


def _every(db: Database, connection: Connection, caller: Caller, chosen: PassFilters) -> Iterator[Traced]:
    """Every launched concept that the caller sees, batch after batch."""
    rows = _launched(connection, caller, chosen, "")
    while rows:
        yield from _traced(db, connection, chosen, rows)
        rows = _launched(connection, caller, chosen, rows[-1].id)


def _launched(connection: Connection, caller: Caller, chosen: PassFilters, after: str) -> Sequence[Row[Any]]:
    return concepts.launched(connection, _within(caller, chosen), after, BATCH)


def _within(caller: Caller, chosen: PassFilters) -> Any:
    column = concepts.concepts.c.portfolio
    mine = caller.within(column)
    return mine if chosen.portfolio is None else mine & (column == chosen.portfolio)


def _traced(
    db: Database, connection: Connection, chosen: PassFilters, rows: Sequence[Row[Any]]
) -> Iterator[Traced]:
    """These concepts with their passes: the last go at each gate that was passed on the way to the launch."""
    ids = [row.id for row in rows]
    given = outcomes.standing(connection, ids)
    gos = reviews.gos(connection, ids)
    for concept in rows:
        went = gos.pop(concept.id, [])
        last = launching(pinned(db, connection, concept).process, [row.gate for row in went])
        if last is None:
            continue
        verdicts = {row.decision: GivenOutcome(row.verdict, row.learning) for row in given[concept.id]}
        passes = _passed(went[: last + 1], concept.passed_gates, verdicts)
        wanted = [each for each in passes if chosen.has(each)]
        yield Traced(concept, {row.id: row.decided_at for row in went}, Launched(wanted, verdicts))


def _passed(
    went: Sequence[Row[Any]], gates: Sequence[str], verdicts: Mapping[str, GivenOutcome]
) -> list[Pass]:
    frozen = [(row, orjson.loads(row.readiness)) for row in went]
    versions = launched_versions(
        {each["key"]: each["version"] for each in said["decisions"] if each["version"] is not None}
        for _, said in frozen
    )
    standing = {row.gate: (row.id, said) for row, said in frozen if row.gate in gates}
    return [pass_of(id, said, versions, verdicts) for id, said in standing.values()]


def _waived(
    db: Database, connection: Connection, caller: Caller, chosen: PassFilters, after: str
) -> Iterator[ComparedWaiver]:
    """Approved waivers of launched concepts, batch after batch, where a pass was let through by them."""
    within = _within(caller, chosen)
    rows = concepts.waivers_of_launched(connection, within, after, BATCH)
    while rows:
        ids = sorted({row.concept for row in rows})
        launched = concepts.launched_among(connection, ids)
        entries = {
            (each.concept.id, id): entry
            for each in _traced(db, connection, chosen, launched)
            for id, entry in _entries(each)
        }
        for row in rows:
            if (row.concept, row.id) in entries:
                yield entries[row.concept, row.id]
        rows = concepts.waivers_of_launched(connection, within, rows[-1].id, BATCH)


def _entries(traced: Traced) -> Iterator[tuple[str, ComparedWaiver]]:
    for each in traced.launched.passes:
        for id in dict.fromkeys(judged.waiver for judged in each.waived if judged.waiver):
            criteria = [judged for judged in each.waived if judged.waiver == id]
            yield (
                id,
                ComparedWaiver(
                    waiver=id,
                    concept=traced.concept.key,
                    portfolio=traced.concept.portfolio,
                    process=each.process,
                    version=each.version,
                    gate=each.gate,
                    review=each.review,
                    went_at=traced.went_at[each.review],
                    criteria=[
                        WaivedCriterion(criterion=said.id, decision=said.decision, became=said.became)
                        for said in criteria
                    ],
                    became=together(said.became for said in criteria),
                ),
            )


def _criterion(process: str, criterion: str, compared: CriterionOverPasses) -> ComparedCriterion:
    _, gate, decision, kind, level = compared.description
    by: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (outcome, became), number in compared.counts.items():
        by[outcome][became] += number
    return ComparedCriterion(
        process=process,
        criterion=criterion,
        versions=sorted(compared.versions),
        gate=gate,
        decision=decision or None,
        kind=kind,
        level=level,
        passes=compared.counts.total(),
        met=BecameCounts(**by["met"]),
        waived=BecameCounts(**by["waived"]),
        unmet=BecameCounts(**by["unmet"]),
        not_applicable=BecameCounts(**by["not_applicable"]),
    )


def _place(cursor: str) -> tuple[str, str]:
    """Where the page before ended: process, criterion."""
    match unpack(CRITERIA, cursor):
        case [str(process), str(criterion)]:
            return process, criterion
    raise bad_cursor()


def _id(cursor: str) -> str:
    match unpack(WAIVERS, cursor):
        case str(id) if id.isprintable():
            return id
    raise bad_cursor()
