"""How the databases find what a verdict reads: by index, however much else there is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Integer, Table, Text, cast, insert, literal, select, text, true

from service.store.log import chains
from service.store.nouns import citations, concepts, conversations, decisions
from service.store.sql.engine import Database
from service.store.words.contents import contents
from service.usecases.access import holder_of
from service.usecases.verdicts.cases import VerdictQuery
from service.usecases.verdicts.readiness import read_readiness
from tests.conftest import START, TOKEN
from tests.gateproof import Gateproof
from tests.store.racing import ADMIN
from tests.store.watching import Statement, watched

COPIES, TALKS = 1_700, 6
"""More than ten thousand conversations and a thousand concepts, twelve citations each."""
COPIED: dict[Table, tuple[str, ...]] = {
    contents: ("id",),
    conversations.conversations: ("id", "content"),
    conversations.attended: ("person", "conversation"),
    concepts.concepts: ("id", "key", "content"),
    decisions.decisions: ("concept", "content"),
    citations.citations: ("id", "concept", "conversation", "content"),
    chains.events: ("stream", "content"),
}
"""What is multiplied, and the columns in which each copy has a name of its own."""
ROOM = 1_000
"""Positions for each copy's events."""

ASKED = {
    "now": VerdictQuery(),
    "the past": VerdictQuery(as_of=START - timedelta(minutes=1)),
    "an earlier position": VerdictQuery(position=10),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_a_verdict_searches_indexes_only(db: Database, gateproof: Gateproof, asked: VerdictQuery) -> None:
    _fill(db, gateproof)
    with watched(db) as seen:
        assert holder_of(db, TOKEN, START) is not None
        assert read_readiness(db, ADMIN, "tariff-radar", asked).concept == "tariff-radar"
    assert len(seen) >= 3
    with db.reading() as connection:
        scanned = {table for statement in seen for table in _scanned(connection, db, statement)}
    assert scanned.isdisjoint(table.name for table in COPIED)


def _fill(db: Database, gateproof: Gateproof) -> None:
    """One concept with its conversations, and many that are like it but for their names."""
    gateproof.begin()
    for decision in ("problem", "target_customer"):
        gateproof.state(decision)
    for _ in range(TALKS):
        talk = gateproof.talk()
        for decision in ("problem", "target_customer"):
            gateproof.cite(talk, decision)
    with db.writing() as tx:
        for table, own in COPIED.items():
            _multiply(tx, table, own)
        tx.execute(chains.chains.update().values(seq=(COPIES + 1) * ROOM))
    if not db.is_sqlite:
        with db.reading() as connection:
            connection.execute(text("ANALYZE"))


def _multiply(tx: Connection, table: Table, own: tuple[str, ...]) -> None:
    copies = select(literal(1).label("n")).cte("copies", recursive=True)
    copies = copies.union_all(select(copies.c.n + 1).where(copies.c.n < COPIES))
    suffix = literal("-").concat(cast(copies.c.n, Text))
    values = {column.name: column.concat(suffix) if column.name in own else column for column in table.c}
    if table is chains.events:
        values["seq"] = table.c.seq + cast(copies.c.n, Integer) * ROOM
    rows = select(*values.values()).select_from(table).join(copies, true())
    tx.execute(insert(table).from_select(list(values), rows))


def _scanned(connection: Connection, db: Database, statement: Statement) -> set[str]:
    """The tables that are read from end to end."""
    sql, parameters = statement
    if db.is_sqlite:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return {row.detail.split()[1] for row in plan if row.detail.startswith("SCAN")}
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", parameters).scalar_one()
    return {node["Relation Name"] for node in _nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
