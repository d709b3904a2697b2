"""How the databases find what the busiest calls read and write: by index only, in a database with next to
nothing in it and in one with more than ten thousand conversations whose statistics were gathered.

SQLite gathers none by itself, and reads tables of a few rows whole once it has them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, text

from service.store.log.chains import BEGINNING, chains
from service.store.nouns import customers, people, portfolios
from service.store.sql.engine import Database
from tests.conftest import START
from tests.gateproof import SUMMARY, Gateproof
from tests.store.test_plans import COPIED, COPIES, _fill, _multiply, _nodes
from tests.store.watching import Statement, watched

CONCEPT = "/concepts/tariff-radar"
MANY: dict[Table, tuple[str, ...]] = {
    portfolios.portfolios: ("key",),
    customers.customers: ("key",),
    people.people: ("key",),
}
GROWING = {table.name for table in (*COPIED, *MANY, chains)}
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def small(_: Database, gateproof: Gateproof) -> None:
    """One concept, which may pass its gate."""
    gateproof.begin()
    for decision in ("problem", "target_customer"):
        gateproof.state(decision)
    for _n in range(6):
        talk = gateproof.talk()
        for decision in ("problem", "target_customer"):
            gateproof.cite(talk, decision)


def large(db: Database, gateproof: Gateproof) -> None:
    """A thousand like it, of hundreds of portfolios and customers, with statistics."""
    _fill(db, gateproof)
    with db.writing() as tx:
        for table, own in MANY.items():
            _multiply(tx, table, own)
        tx.execute(insert(chains), [_chain(n) for n in range(COPIES)])
        tx.execute(text("ANALYZE"))


def _chain(number: int) -> dict[str, Any]:
    """Before ours in order: what is first is found at once, by whichever way."""
    return {"key": f"a-{number}", "seq": 0, "at": START, "digest": BEGINNING}


@pytest.fixture(params=[small, large], ids=["small", "large"])
def filled(request: pytest.FixtureRequest, db: Database, gateproof: Gateproof) -> Database:
    request.param(db, gateproof)
    return db


def poll(gateproof: Gateproof) -> None:
    assert gateproof.readiness()["verdict"] == "ready"


def poll_after_others(gateproof: Gateproof) -> None:
    gateproof.post("/people", {"key": "somebody", "name": "Somebody", "function": "sales"})
    gateproof.concept("another", primary_segment="smb")
    poll(gateproof)


def poll_of_the_past(gateproof: Gateproof) -> None:
    gateproof.readiness(as_of=(gateproof.clock()).isoformat(), position=20)


def record(gateproof: Gateproof) -> None:
    gateproof.post(
        "/conversations",
        {
            "portfolio": "energy",
            "kind": "interview",
            "held_at": "2026-11-01T09:00:00Z",
            "duration_minutes": 30,
            "customer": "customer-1",
            "participants": [{"ref": "p1", "colleague": False}],
            "attendees": ["pm-1"],
            "solution_shown": False,
            "summary": SUMMARY,
            "themes": ["late news"],
            "consent": "notes",
            "external": [{"system": "notes", "id": "n-1"}],
        },
        **{"Idempotency-Key": "once"},
    )


def cite(gateproof: Gateproof) -> None:
    gateproof.cite(gateproof.talk("customer-1"), "problem")


def advance(gateproof: Gateproof) -> None:
    assert gateproof.review("G1", "go")["accepted"]


CALLS: dict[str, Callable[[Gateproof], None]] = {
    "poll": poll,
    "poll after others wrote": poll_after_others,
    "of the past": poll_of_the_past,
    "record": record,
    "cite": cite,
    "advance": advance,
}


def test_the_busiest_calls_search_indexes_only(filled: Database, gateproof: Gateproof) -> None:
    for name, call in CALLS.items():
        with watched(filled) as seen:
            call(gateproof)
        assert len(seen) > 1
        scans = {statement[0]: scans_of for statement, scans_of in _scans(filled, seen)}
        assert {sql: scans_of for sql, scans_of in scans.items() if scans_of} == {}, name


def _scans(db: Database, seen: list[Statement]) -> Iterator[tuple[Statement, set[str]]]:
    """The tables that each statement reads from end to end."""
    with db.engine.connect() as connection:
        if not db.is_sqlite:
            # A table of one page is read whole, whatever indexes it has: this asks whether there is one.
            connection.execute(text("SET enable_seqscan = off"))
        for statement in seen:
            if statement[0].lstrip().upper().startswith(EXPLAINED):
                yield statement, _read_whole(connection, db, statement)


def _read_whole(connection: Connection, db: Database, statement: Statement) -> set[str]:
    sql, parameters = statement
    if isinstance(parameters, list):
        parameters = parameters[0]
    if db.is_sqlite:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
        read = {row.detail.split()[1] for row in plan if row.detail.startswith("SCAN")}
    else:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", parameters).scalar_one()
        read = {str(node.get("Relation Name")) for node in _nodes(plan[0]["Plan"]) if _reads_whole(node)}
    return read & GROWING


def _reads_whole(node: dict[str, Any]) -> bool:
    """A table, or an index of it, from end to end."""
    kind = node["Node Type"]
    return kind == "Seq Scan" or (kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node)


def test_a_scan_is_seen(db: Database) -> None:
    """Else the test above could not fail."""
    with watched(db) as seen, db.reading() as connection:
        connection.execute(text("SELECT count(*) FROM events WHERE actor = 'nobody'")).all()
    ((_, scan),) = _scans(db, seen)
    assert scan == {"events"}
