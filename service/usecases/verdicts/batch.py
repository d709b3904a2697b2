"""The readiness of many named concepts: each as if it were asked for alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from schemas.batch import BatchItemIn
from schemas.readiness import Readiness
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.errors import Refused, invalid, no_concept
from service.usecases.registry.external_ids import required_pair
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery, judge
from service.usecases.verdicts.readiness import judged_by_asked

ByExternal = Mapping[tuple[str, str], Sequence[Row[Any]]]


def read_batch(
    db: Database, caller: Caller, items: Sequence[BatchItemIn], first: int
) -> list[Readiness | Refused]:
    """Returns for each item its verdict or its refusal, in order. `first`: the index of the first item in the
    request.

    Concepts are read in one statement, ids in other systems in another; those that are cached are not read
    again.
    """
    with db.reading() as connection:
        by_external = _by_external(connection, caller, items)
        named = {each.concept for each in items if each.concept is not None}
        named |= {row.key for matches in by_external.values() for row in matches}
        rows = {row.key: row for row in concepts.on_their_way(connection, sorted(named))}
        return [
            _answer(db, connection, caller, item, rows, by_external, f"body.concepts.{first + index}")
            for index, item in enumerate(items)
        ]


def _answer(
    db: Database,
    connection: Connection,
    caller: Caller,
    item: BatchItemIn,
    rows: Mapping[str, Row[Any]],
    by_external: ByExternal,
    path: str,
) -> Readiness | Refused:
    try:
        concept = rows.get(_key(item, by_external, path))
        if concept is None or not caller.sees(concept.portfolio):
            return no_concept()
        if item.portfolio not in (None, concept.portfolio):
            return no_concept()
        asked = VerdictQuery(item.gate, item.as_of)
        judged_by = judged_by_asked(db, connection, concept, asked, path=path)
        return judge(connection, judged_by, concept, asked, caller.clock())
    except Refused as refused:
        return refused


def _key(item: BatchItemIn, by_external: ByExternal, path: str) -> str:
    if (item.concept is None) == (item.external is None):
        rule = "must name one concept, by its key or by its id elsewhere"
        raise invalid(path, rule, "send either concept or external")
    if item.concept is not None:
        return item.concept
    pair = required_pair(str(item.external), f"{path}.external")
    matches = [row for row in by_external.get(pair, ()) if item.portfolio in (None, row.portfolio)]
    if not matches:
        raise no_concept()
    if len(matches) > 1:
        rule = "concepts of several portfolios have this id"
        raise invalid(f"{path}.external", rule, "name the portfolio beside it")
    return str(matches[0].key)


def _by_external(connection: Connection, caller: Caller, items: Sequence[BatchItemIn]) -> ByExternal:
    """The rows that the caller sees, by system and id in it."""
    named = (concepts.parse_external(each.external) for each in items if each.external is not None)
    pairs = {(system, id) for system, id in named if id}
    by_external: defaultdict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in concepts.with_externals(connection, sorted(pairs)):
        if caller.sees(row.portfolio):
            by_external[row.system, row.external_id].append(row)
    return by_external
