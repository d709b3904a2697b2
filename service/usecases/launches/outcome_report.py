"""Gates looked at from after the launch: what held and what did not, per criterion and per waiver."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from operator import attrgetter
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
    LaunchedConcept,
    Pass,
    compare,
    pass_of,
    worst_of,
)
from service.store.nouns import concepts, outcomes, reviews
from service.store.sql.engine import Database
from service.usecases.paging import PageRequest, bad_cursor, first_of, unpack, unpack_text
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import pinned_each
from service.usecases.views import show_row

CRITERIA, WAIVERS = "compared-criteria", "compared-waivers"
BATCH = 50
"""Concepts looked at together, each with the frozen verdicts of its gates: what bounds memory."""


class PassFilters(NamedTuple):
    """The filters of passes; None: not applied. `version`: of the process."""

    portfolio: str | None = None
    process: str | None = None
    version: int | None = None
    gate: str | None = None

    def has(self, each: Pass) -> bool:
        """Returns whether the filters let this pass through."""
        names = ("process", "version", "gate")
        return all(getattr(self, name) in (None, getattr(each, name)) for name in names)


class ConceptPasses(NamedTuple):
    """A launched concept, the instants of its passes by review, and what can be compared of it."""

    concept: Row[Any]
    went_at: Mapping[str, datetime]
    launched: LaunchedConcept


def compare_criteria(db: Database, caller: Caller, chosen: PassFilters, wanted: PageRequest) -> OutcomeReport:
    """One page of criteria; each goes through all launched concepts, some at a time."""
    after = None if wanted.cursor is None else _last_of_page(wanted.cursor)
    with db.reading() as connection:
        comparison = compare(each.launched for each in _every(db, connection, caller, chosen))
    keys = sorted(key for key in comparison.criteria if after is None or key > after)
    shown, following = first_of(keys, wanted.limit, CRITERIA, list)
    return OutcomeReport(
        items=[_criterion(*key, comparison.criteria[key]) for key in shown],
        next=following,
        concepts=comparison.concepts,
        decisions=ComparedDecisions(**comparison.decisions),
        passes=ComparedPasses(
            with_waiver=BecameCounts(**comparison.with_waiver),
            without_waiver=BecameCounts(**comparison.without_waiver),
        ),
    )


def compare_waivers(db: Database, caller: Caller, chosen: PassFilters, wanted: PageRequest) -> WaiverReport:
    """One page of the waivers that a launch rests on, by id."""
    after = unpack_text(WAIVERS, wanted.cursor) or ""
    with db.reading() as connection:
        items = list(islice(_waived(db, connection, caller, chosen, after), wanted.limit + 1))
    shown, following = first_of(items, wanted.limit, WAIVERS, attrgetter("waiver"))
    return WaiverReport(items=[*shown], next=following)


def _every(
    db: Database, connection: Connection, caller: Caller, chosen: PassFilters
) -> Iterator[ConceptPasses]:
    """Every launched concept that the caller sees, batch after batch."""
    within, after = _within(caller, chosen), ""
    while rows := concepts.launched(connection, within, after, BATCH):
        yield from _concept_passes(db, connection, chosen, rows)
        after = rows[-1].id


def _within(caller: Caller, chosen: PassFilters) -> Any:
    column = concepts.concepts.c.portfolio
    visible = caller.within(column)
    return visible if chosen.portfolio is None else visible & (column == chosen.portfolio)


def _concept_passes(
    db: Database, connection: Connection, chosen: PassFilters, rows: Sequence[Row[Any]]
) -> Iterator[ConceptPasses]:
    """These concepts with their passes: the last go at each gate that was passed on the way to the launch."""
    ids = [row.id for row in rows]
    given = outcomes.latest_by_concept(connection, ids)
    gos = reviews.gos(connection, ids)
    by = pinned_each(db, connection, {row.id: row for row in rows})
    for concept in rows:
        went = gos.pop(concept.id, [])
        last = launching(by[concept.id].process, [row.gate for row in went])
        if last is None:
            continue
        verdicts = {row.decision: GivenOutcome(row.verdict, row.learning) for row in given[concept.id]}
        passes = _passed(went[: last + 1], concept.passed_gates, verdicts)
        wanted = [each for each in passes if chosen.has(each)]
        yield ConceptPasses(
            concept, {row.id: row.decided_at for row in went}, LaunchedConcept(wanted, verdicts)
        )


def _passed(
    went: Sequence[Row[Any]], gates: Sequence[str], verdicts: Mapping[str, GivenOutcome]
) -> list[Pass]:
    frozen = [(row, orjson.loads(row.readiness)) for row in went]
    versions = launched_versions(
        {each["key"]: each["version"] for each in document["decisions"] if each["version"] is not None}
        for _, document in frozen
    )
    latest = {row.gate: (row.id, document) for row, document in frozen if row.gate in gates}
    return [pass_of(id, document, versions, verdicts) for id, document in latest.values()]


def _waived(
    db: Database, connection: Connection, caller: Caller, chosen: PassFilters, after: str
) -> Iterator[ComparedWaiver]:
    """Approved waivers of launched concepts, batch after batch, where a pass was let through by them."""
    within = _within(caller, chosen)
    while rows := concepts.waivers_of_launched(connection, within, after, BATCH):
        ids = sorted({row.concept for row in rows})
        launched = concepts.launched_among(connection, ids)
        entries = {
            (each.concept.id, id): entry
            for each in _concept_passes(db, connection, chosen, launched)
            for id, entry in _entries(each)
        }
        for row in rows:
            if (row.concept, row.id) in entries:
                yield entries[row.concept, row.id]
        after = rows[-1].id


def _entries(passes: ConceptPasses) -> Iterator[tuple[str, ComparedWaiver]]:
    for each in passes.launched.passes:
        for id in dict.fromkeys(criterion.waiver for criterion in each.waived if criterion.waiver):
            criteria = [criterion for criterion in each.waived if criterion.waiver == id]
            entry = show_row(
                ComparedWaiver,
                each,
                waiver=id,
                concept=passes.concept.key,
                portfolio=passes.concept.portfolio,
                went_at=passes.went_at[each.review],
                criteria=[show_row(WaivedCriterion, one, criterion=one.id) for one in criteria],
                became=worst_of(one.became for one in criteria),
            )
            yield id, entry


def _criterion(process: str, criterion: str, compared: CriterionOverPasses) -> ComparedCriterion:
    _, gate, decision, kind, level = compared.description
    by: dict[str, dict[str, int]] = {"met": {}, "waived": {}, "unmet": {}, "not_applicable": {}}
    for (outcome, became), number in compared.counts.items():
        by[outcome][became] = number
    return ComparedCriterion(
        process=process,
        criterion=criterion,
        versions=sorted(compared.versions),
        gate=gate,
        decision=decision or None,
        kind=kind,
        level=level,
        passes=compared.counts.total(),
        **{outcome: BecameCounts(**counts) for outcome, counts in by.items()},
    )


def _last_of_page(cursor: str) -> tuple[str, str]:
    """The process and criterion with which the page before ended."""
    match unpack(CRITERIA, cursor):
        case [str(process), str(criterion)]:
            return process, criterion
    raise bad_cursor()
