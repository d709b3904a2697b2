"""Which concepts the move of a set is about, where they would go, and what it would change."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from schemas.concept import Standing
from schemas.moves import MovesPreview, MovesPreviewIn, PlannedMove
from schemas.problem import FieldProblem
from schemas.simulation import Effect, EffectCounts
from service.domain.facts.progress import progress_of
from service.domain.moves.bulk_moves import Member, digest_of, joined, name_of
from service.store.derived import readiness_index
from service.store.nouns import concepts, portfolios, processes
from service.store.nouns.concepts import LIVE
from service.store.nouns.decisions import decisions
from service.store.sql.engine import Database
from service.usecases.errors import Refused, invalid, require
from service.usecases.paging import PageRequest, bad_cursor, first_of
from service.usecases.processes.processes import (
    PublishedProcess,
    no_process,
    no_process_under,
    no_version,
    published,
)
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.process_comparison import (
    ComparedConcept,
    compared,
    counts_in,
    page_of,
    start_of,
)
from service.usecases.verdicts.readiness_index import ReadTarget
from service.usecases.views import show_row

LIST = "moves"
MOST = 50_000
"""Concepts in a set: their names are at hand while it moves."""
IDS = [concepts.concepts.c[name] for name in ("key", "process_key", "process_version", "stage", "next_gate")]


class MoveQuery(NamedTuple):
    """The version that concepts would move to, and the conditions for the rows of those that would."""

    target: PublishedProcess
    rules: Sequence[ColumnElement[bool]]


class MemberInPortfolio(NamedTuple):
    """A member of the set, and the portfolio that it is in."""

    portfolio: str
    member: Member


def preview_moves(
    db: Database,
    caller: Caller,
    read_target: ReadTarget,
    process: str,
    body: MovesPreviewIn,
    wanted: PageRequest,
) -> MovesPreview:
    """One page; the first one goes through all concepts to count them. The index is to have reached
    the target. Nothing is written."""
    with db.reading() as connection:
        asked = move_query(db, connection, caller, process, body)
        name = [process, asked.target.ref.digest]
        after, summary = start_of(LIST, wanted.cursor, name)
        named = _named_set(connection, asked, body) if summary is None else ()
        comparisons = compared(db, connection, read_target, asked.target, asked.rules, after, moving=True)
        show = partial(_planned, target=asked.target)
        items, counted = page_of(comparisons, wanted.limit, show, whole=summary is None)
    first_page = [*named, *counted.model_dump().values()] if summary is None else summary
    shown, following = first_of(items, wanted.limit, LIST, lambda each: [*name, each.concept, first_page])
    set_name, number, counts = _in_summary(first_page)
    return MovesPreview(
        items=[*shown],
        next=following,
        as_of=read_target.as_of,
        process=asked.target.ref,
        set=set_name,
        concepts=number,
        counts=counts,
    )


def _named_set(connection: Connection, asked: MoveQuery, body: MovesPreviewIn) -> tuple[str, int]:
    """The name of the set, and the number of concepts in it."""
    members = [each.member for each in members_of(connection, asked, body)]
    return name_of(len(members), joined(map(digest_of, members)), asked.target.ref), len(members)


def _in_summary(summary: Sequence[Any]) -> tuple[str, int, EffectCounts]:
    """The summary in a cursor: the set's name, the number of concepts in it, and the counts by effect."""
    match summary:
        case [str(name), int(number), *counts]:
            return name, number, counts_in(counts)
    raise bad_cursor()


def move_query(
    db: Database, connection: Connection, caller: Caller, process: str, body: MovesPreviewIn
) -> MoveQuery:
    """The move that the body asks for; refused where it names what is not there."""
    require(processes.latest(connection, process), no_process)
    for index, key in enumerate(body.portfolios):
        if not caller.sees(key) or portfolios.find(connection, key) is None:
            raise invalid(f"body.portfolios.{index}", "there is no such portfolio", "correct it")
    target = _target(db, connection, process, body)
    return MoveQuery(target, list(_rules(connection, caller, process, target, body)))


def members_of(connection: Connection, asked: MoveQuery, body: MovesPreviewIn) -> list[MemberInPortfolio]:
    """The set, by key; refused when a portfolio in it does not allow the process."""
    table = concepts.concepts
    query: Any = (
        select(table.c.portfolio, *IDS)
        .where(table.c.status.in_(LIVE), *asked.rules)
        .order_by(table.c.key)
        .limit(MOST + 1)
    )
    chosen = [MemberInPortfolio(row[0], Member(*row[1:])) for row in connection.execute(query)]
    if len(chosen) > MOST:
        rule = f"more than {MOST:,} concepts would move at once"
        raise invalid("body.portfolios", rule, "name portfolios or versions, and move set after set")
    _require_allowed(connection, asked.target.ref.key, chosen, "portfolios" if body.portfolios else "key")
    return chosen


def allows(connection: Connection, portfolio: str, process: str) -> bool:
    """Returns whether the portfolio's concepts may go by this process."""
    row = portfolios.find(connection, portfolio)
    return row is not None and (row.processes is None or process in row.processes)


def not_allowed(portfolio: str, field: str) -> FieldProblem:
    """A portfolio that does not allow the process, by name."""
    return FieldProblem(
        field=f"body.{field}",
        rule=f"the portfolio {portfolio} does not allow this process",
        remedy="allow it there with PATCH, or leave that portfolio out",
    )


def _require_allowed(
    connection: Connection, process: str, placed: Sequence[MemberInPortfolio], field: str
) -> None:
    named = sorted({each.portfolio for each in placed})
    wrong = [not_allowed(key, field) for key in named if not allows(connection, key, process)]
    if wrong:
        raise Refused("invalid-request", f"{wrong[0].field}: {wrong[0].rule}", *wrong)


def _target(db: Database, connection: Connection, process: str, body: MovesPreviewIn) -> PublishedProcess:
    key = body.key or process
    latest = require(processes.latest(connection, key), partial(no_process_under, "body.key"))
    target = published(db, connection, key, body.version)
    return require(target, partial(no_version, "body.version", latest.version))


def _rules(
    connection: Connection, caller: Caller, process: str, target: PublishedProcess, body: MovesPreviewIn
) -> Iterator[ColumnElement[bool]]:
    columns = concepts.concepts.c
    yield caller.within(columns.portfolio)
    yield columns.process_key == process
    if target.ref.key == process:
        yield columns.process_version != target.ref.version
    for column, among in (
        (columns.process_version, body.from_versions),
        (columns.portfolio, body.portfolios),
    ):
        if among:
            yield column.in_(among)
    for column, value in ((columns.next_gate, body.gate), (columns.stage, body.stage)):
        if value is not None:
            yield column == value
    if body.verdict is not None:
        yield columns.id.in_(readiness_index.concepts_with(connection, body.verdict, caller.portfolios))
    if body.owner is not None:
        yield columns.id.in_(select(decisions.c.concept).where(decisions.c.owner == body.owner))
    if body.external is not None:
        yield columns.id.in_(concepts.ids_with_external(body.external))


def _planned(each: ComparedConcept, effect: Effect, target: PublishedProcess) -> PlannedMove:
    concept, now, then = each.concept, each.now, each.then
    stage = progress_of(target.process, each.facts.reviews).stage
    return PlannedMove(
        concept=concept.key,
        portfolio=concept.portfolio,
        effect=effect,
        before=show_row(Standing, now, process=each.goes_by, stage=concept.stage, next_gate=now.gate),
        after=show_row(Standing, then, process=target.ref, stage=stage, next_gate=then.gate),
    )
