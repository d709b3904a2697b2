"""Which concepts the move of a set is about, where they would go, and what it would change."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from schemas.concept import Standing
from schemas.moves import MovesPreview, MovesPreviewIn, PlannedMove
from schemas.problem import FieldProblem
from schemas.simulation import EffectCounts
from service.domain.facts.progress import progress
from service.domain.moves.bulk_moves import Member, joined, mark, name_of
from service.store.derived import readiness_index
from service.store.nouns import concepts, portfolios, processes
from service.store.nouns.concepts import LIVE
from service.store.nouns.decisions import decisions
from service.store.sql.engine import Database
from service.usecases.errors import Refused, invalid
from service.usecases.paging import PageRequest, bad_cursor, pack, unpack
from service.usecases.processes.processes import Published, no_process, published
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.process_comparison import ComparedConcept, compared, effect_of
from service.usecases.verdicts.readiness_index import ReadTarget

LIST = "moves"
MOST = 50_000
"""Concepts in a set: their names are at hand while it moves."""
IDS = [concepts.concepts.c[name] for name in ("key", "process_key", "process_version", "stage", "next_gate")]


class PreviewStart(NamedTuple):
    """Where a page begins: after this key, with what the first page said of all of them."""

    key: str
    set: str
    concepts: int
    counts: EffectCounts


class MoveQuery(NamedTuple):
    """Where concepts would go, and which do: rules that their rows meet."""

    target: Published
    rules: Sequence[ColumnElement[bool]]


class Placed(NamedTuple):
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
        asked = asked_for(db, connection, caller, process, body)
        name = [process, asked.target.ref.digest]
        if wanted.cursor is not None:
            start = _start(wanted.cursor, name)
            items, _ = _page(
                _compared(db, connection, read_target, asked, start.key), asked.target, wanted.limit
            )
        else:
            members = [each.member for each in members_of(connection, asked, body)]
            named = name_of(len(members), joined(map(mark, members)), asked.target.ref)
            every = _compared(db, connection, read_target, asked, "")
            items, counted = _page(every, asked.target, wanted.limit, whole=True)
            start = PreviewStart("", named, len(members), EffectCounts(**counted))
    following = None
    if len(items) > wanted.limit:
        summary = [start.set, start.concepts, *start.counts.model_dump().values()]
        following = pack(LIST, [*name, items[wanted.limit - 1].concept, summary])
    return MovesPreview(
        items=items[: wanted.limit],
        next=following,
        as_of=read_target.as_of,
        process=asked.target.ref,
        set=start.set,
        concepts=start.concepts,
        counts=start.counts,
    )


def asked_for(
    db: Database, connection: Connection, caller: Caller, process: str, body: MovesPreviewIn
) -> MoveQuery:
    """What is asked, checked against what is there."""
    if processes.latest(connection, process) is None:
        raise no_process()
    for index, key in enumerate(body.portfolios):
        if not caller.sees(key) or portfolios.find(connection, key) is None:
            raise invalid(f"body.portfolios.{index}", "there is no such portfolio", "correct it")
    target = _target(db, connection, process, body)
    return MoveQuery(target, list(_rules(connection, caller, process, target, body)))


def members_of(connection: Connection, asked: MoveQuery, body: MovesPreviewIn) -> list[Placed]:
    """The set, by key; refused when a portfolio in it does not allow the process."""
    table = concepts.concepts
    query: Any = (
        select(table.c.portfolio, *IDS)
        .where(table.c.status.in_(LIVE), *asked.rules)
        .order_by(table.c.key)
        .limit(MOST + 1)
    )
    chosen = [Placed(row[0], Member(*row[1:])) for row in connection.execute(query)]
    if len(chosen) > MOST:
        rule = f"more than {MOST:,} concepts would move at once"
        raise invalid("body.portfolios", rule, "name portfolios or versions, and move set after set")
    _require_allowed(connection, asked.target.ref.key, chosen, "portfolios" if body.portfolios else "key")
    return chosen


def allows(connection: Connection, portfolio: str, process: str) -> bool:
    """Whether the portfolio's concepts may go by this process."""
    row = portfolios.find(connection, portfolio)
    return row is not None and (row.processes is None or process in row.processes)


def not_allowed(portfolio: str, field: str) -> FieldProblem:
    """A portfolio that does not allow the process, by name."""
    return FieldProblem(
        field=f"body.{field}",
        rule=f"the portfolio {portfolio} does not allow this process",
        remedy="allow it there with PATCH, or leave that portfolio out",
    )


def _require_allowed(connection: Connection, process: str, placed: Sequence[Placed], field: str) -> None:
    named = sorted({each.portfolio for each in placed})
    wrong = [not_allowed(key, field) for key in named if not allows(connection, key, process)]
    if wrong:
        raise Refused("invalid-request", f"{wrong[0].field}: {wrong[0].rule}", *wrong)


def _target(db: Database, connection: Connection, process: str, body: MovesPreviewIn) -> Published:
    key = body.key or process
    latest = processes.latest(connection, key)
    if latest is None:
        raise invalid("body.key", "no process is published under this key", "GET /v1/processes lists them")
    target = published(db, connection, key, body.version)
    if target is None:
        raise invalid("body.version", "there is no such version", f"1 to {latest.version}")
    return target


def _rules(
    connection: Connection, caller: Caller, process: str, target: Published, body: MovesPreviewIn
) -> Iterator[ColumnElement[bool]]:
    columns = concepts.concepts.c
    yield caller.within(columns.portfolio)
    yield columns.process_key == process
    if target.ref.key == process:
        yield columns.process_version != target.ref.version
    for column, named in (
        (columns.process_version, body.from_versions),
        (columns.portfolio, body.portfolios),
    ):
        if named:
            yield column.in_(named)
    for column, said in ((columns.next_gate, body.gate), (columns.stage, body.stage)):
        if said is not None:
            yield column == said
    if body.verdict is not None:
        yield columns.id.in_(readiness_index.concepts_with(connection, body.verdict, caller.portfolios))
    if body.owner is not None:
        yield columns.id.in_(select(decisions.c.concept).where(decisions.c.owner == body.owner))
    if body.external is not None:
        yield columns.id.in_(concepts.linked(body.external))


def _start(cursor: str, name: list[str]) -> PreviewStart:
    match unpack(LIST, cursor):
        case [
            str(process),
            str(digest),
            str(key),
            [str(set), int(concepts), int(blocked), int(ready), int(unchanged)],
        ] if [process, digest] == name and key.isprintable():
            counts = EffectCounts(newly_blocked=blocked, newly_ready=ready, unchanged=unchanged)
            return PreviewStart(key, set, concepts, counts)
    raise bad_cursor()


def _compared(
    db: Database, connection: Connection, read_target: ReadTarget, asked: MoveQuery, after: str
) -> Iterator[ComparedConcept]:
    return compared(db, connection, read_target, asked.target, asked.rules, after, moving=True)


def _page(
    comparisons: Iterator[ComparedConcept], target: Published, limit: int, *, whole: bool = False
) -> tuple[list[PlannedMove], Counter[str]]:
    """One item more than the page holds, where there is one; and how many there are of each effect."""
    items: list[PlannedMove] = []
    counted: Counter[str] = Counter()
    for each in comparisons:
        counted[effect_of(each)] += 1
        if len(items) <= limit:
            items.append(_planned(each, target))
        elif not whole:
            break
    return items, counted


def _planned(each: ComparedConcept, target: Published) -> PlannedMove:
    concept, now, then = each.concept, each.now, each.then
    return PlannedMove(
        concept=concept.key,
        portfolio=concept.portfolio,
        effect=effect_of(each),
        before=Standing(
            process=each.goes_by,
            stage=concept.stage,
            next_gate=now.gate,
            verdict=now.verdict,
            blocking=now.blocking,
        ),
        after=Standing(
            process=target.ref,
            stage=progress(target.process, each.facts.reviews).stage,
            next_gate=then.gate,
            verdict=then.verdict,
            blocking=then.blocking,
        ),
    )
