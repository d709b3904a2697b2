"""How the databases find the page of readiness: the page only, by index, however many concepts there are."""

from typing import Any

import pytest
from sqlalchemy import Connection, Integer, Text, cast, insert, literal, select, text, true, update

from service.store.derived.readiness_index import FOREVER_MICROS, follow, lock, readiness_index
from service.store.reading.history import histories
from service.store.sql.engine import Database
from service.usecases.paging import PageRequest
from service.usecases.verdicts.readiness_index import behind, catch_up, target_now
from service.usecases.verdicts.readiness_page import PageFilters, list_readiness
from tests.gateproof import Gateproof
from tests.store.racing import ADMIN
from tests.store.test_plans import COPIED, _fill, _scanned
from tests.store.watching import Statement, watched

COPIES = 3_000
READ = {readiness_index.name, *(table.name for table in COPIED)}
CHOSEN = {
    "of a portfolio": {},
    "with a verdict": {"verdict": "blocked"},
    "at a gate": {"gate": "G1", "verdict": "blocked"},
    "expiring": {"expiring_within": 30},
    "owned": {"owner": "admin"},
    "external": {"external": "jira"},
}


def _keep_many(db: Database) -> None:
    target = target_now(db, ADMIN)
    while (portfolio := behind(db, target)) is not None:
        catch_up(db, ADMIN, target, portfolio)
    with db.writing() as tx:
        _multiply(tx)
    if not db.is_sqlite:
        with db.reading() as connection:
            connection.execute(text("ANALYZE"))


def _multiply(tx: Connection) -> None:
    """As many again in ten other portfolios: each with a key, a portfolio and an instant of its own."""
    copies = select(literal(1).label("n")).cte("copies", recursive=True)
    copies = copies.union_all(select(copies.c.n + 1).where(copies.c.n < COPIES))
    suffix = literal("-").concat(cast(copies.c.n, Text))
    own: dict[str, Any] = {name: readiness_index.c[name].concat(suffix) for name in ("concept", "key")}
    own["portfolio"] = literal("portfolio-").concat(cast(cast(copies.c.n, Integer) % 10, Text))
    own["expires_at"] = readiness_index.c.expires_at - copies.c.n
    values = [own.get(column.name, column) for column in readiness_index.c]
    once = readiness_index.c.key == "tariff-radar"
    rows = select(*values).select_from(readiness_index).join(copies, true()).where(once)
    tx.execute(insert(readiness_index).from_select([column.name for column in readiness_index.c], rows))


@pytest.mark.parametrize("chosen", CHOSEN.values(), ids=CHOSEN.keys())
def test_a_page_searches_indexes_only(db: Database, gateproof: Gateproof, chosen: dict[str, Any]) -> None:
    gateproof.begin()
    gateproof.state("problem")
    _keep_many(db)
    target = target_now(db, ADMIN, ["energy"])
    with watched(db) as seen:
        assert behind(db, target) is None
        list_readiness(db, ADMIN, target, PageFilters(portfolio="energy", **chosen), PageRequest(10))
    with db.reading() as connection:
        scanned = {table for statement in seen for table in _scanned(connection, db, statement)}
    assert scanned.isdisjoint({readiness_index.name})


def test_a_page_of_all_portfolios_is_read_in_order(db: Database, gateproof: Gateproof) -> None:
    gateproof.begin()
    _keep_many(db)
    with db.reading() as connection:
        query = select(readiness_index.c.key).where(readiness_index.c.verdict == "blocked")
        ordered = query.order_by(readiness_index.c.expires_at, readiness_index.c.key).limit(11)
        with watched(db) as seen:
            connection.execute(ordered).all()
        assert _scanned(connection, db, seen[0]) == set()


def test_the_events_of_many_concepts_are_found_by_index_in_one_statement(
    db: Database, gateproof: Gateproof
) -> None:
    _fill(db, gateproof)
    with db.reading() as connection:
        ids = list(connection.execute(text("SELECT id FROM concepts ORDER BY id LIMIT 20")).scalars())
        with watched(db) as seen:
            entries = histories(connection, ids)
        assert len(seen) == 1
        assert min(map(len, entries.values())) > 12
        assert _scanned(connection, db, seen[0]).isdisjoint(READ)


def test_following_the_log_searches_indexes_only(db: Database, gateproof: Gateproof) -> None:
    """Whatever it does for a few new events among many: marking, ending, adding, working out, keeping."""
    _fill(db, gateproof)
    gateproof.talk()  # a cursor stands at an event
    _keep_each(db)
    gateproof.cite(gateproof.talk(), "problem")
    gateproof.concept("newcomer")
    gateproof.review("G1", "kill")
    target = target_now(db, ADMIN)
    with watched(db) as seen:
        while (portfolio := behind(db, target)) is not None:
            catch_up(db, ADMIN, target, portfolio)
    assert {"DELETE", "UPDATE", "INSERT", "SELECT"} <= {sql.split()[0] for sql, _ in seen}
    with db.writing() as tx:
        planned = [each for each in seen if not each[0].startswith("SET")]
        scanned = {each[0]: _scanned(tx, db, each) | _walked(tx, db, each) for each in planned}
    assert {sql: tables for sql, tables in scanned.items() if not tables.isdisjoint(READ)} == {}


def _walked(connection: Connection, db: Database, statement: Statement) -> set[str]:
    """The tables of which SQLite reads all of a portfolio: by index, and still from end to end."""
    sql, parameters = statement
    if not db.is_sqlite or "min(readiness_index.due_at)" in sql:
        return set()  # the least of an index is its first entry
    if "EXISTS" in sql and "UNION SELECT concepts.id" in sql:
        return set()  # behind a condition that SQLite asks before it: that themes or customers were merged
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
    return {row.detail.split()[1] for row in plan if row.detail.endswith("(portfolio=?)")}


def _keep_each(db: Database) -> None:
    """A row for every concept, as if each had been worked out."""
    with db.writing() as tx:
        held = lock(tx, "energy")
        follow(tx, held)
        tx.execute(update(readiness_index).values(due_at=FOREVER_MICROS))
    if not db.is_sqlite:
        with db.reading() as connection:
            connection.execute(text("ANALYZE"))
