"""The log page by page: in the order of its instants, by index, however long it is."""

from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, insert, select, text

from service.domain.record.badge import BadgeCreated, BadgeRevoked
from service.store.log import chains
from service.store.log.chains import BEGINNING, events
from service.store.sql.engine import Database
from service.usecases.audit.events import list_events
from service.usecases.paging import PageRequest
from service.usecases.unit_of_work import Caller
from tests.conftest import START, FixedClock
from tests.gateproof import Gateproof
from tests.store.racing import ADMIN
from tests.store.test_hot_plans import _read_whole
from tests.store.test_plans import COPIES, _fill, _nodes
from tests.store.watching import Statement, watched

PORTFOLIOS = [f"portfolio-{n}" for n in range(300)]
SORTS = ("TEMP B-TREE", "Sort", "Incremental Sort")


@pytest.fixture
def interleaved(db: Database, clock: FixedClock) -> Database:
    """Chains of which some have many events and most have one, often of one instant."""
    chance = Random(6)
    with db.writing() as tx:
        for key in PORTFOLIOS:
            chains.start_chain(tx, key)
        busy = [chance.choice(PORTFOLIOS[:5]) for _ in range(400)]
        for key in chance.sample(busy + PORTFOLIOS, len(busy) + len(PORTFOLIOS)):
            clock.move(microseconds=chance.choice((0, 0, 1)))
            chain = chains.lock(tx, key, clock)
            assert chain is not None
            chain.append(chance.choice((BadgeCreated("b", None), BadgeRevoked("b"))), "con_1", "admin")
    return db


@pytest.mark.parametrize("limit", [1, 7, 200])
@pytest.mark.parametrize("portfolios", [None, frozenset(PORTFOLIOS[2:40])], ids=["all", "some"])
@pytest.mark.parametrize("type", [None, "badge.revoked"])
def test_pages_are_the_log_in_the_order_of_its_instants(
    interleaved: Database, limit: int, portfolios: frozenset[str] | None, type: str | None
) -> None:
    caller, cursor, read = ADMIN._replace(portfolios=portfolios), None, []
    while (page := list_events(interleaved, caller, PageRequest(limit, cursor), None, type)).next:
        read += orjson.loads(page.document)["items"]
        cursor = page.next
    read += orjson.loads(page.document)["items"]
    assert [(each["chain"], each["position"]) for each in read] == _sorted(interleaved, caller, type)


def _sorted(db: Database, caller: Caller, type: str | None) -> list[tuple[str, int]]:
    query = select(chains.chains.c.key, events.c.seq).join(events, events.c.chain == chains.chains.c.id)
    if type is not None:
        query = query.where(events.c.type == type)
    with db.reading() as connection:
        rows = connection.execute(query.order_by(events.c.at, events.c.chain, events.c.seq)).all()
    return [(key, seq) for key, seq in rows if caller.sees(key)]


def test_a_page_searches_indexes_and_sorts_nothing(db: Database, gateproof: Gateproof) -> None:
    """Of any event, of a frequent type, and of one that is not there; at the start and far behind."""
    _fill(db, gateproof)
    with db.writing() as tx:
        rows = [{"key": f"a-{n}", "seq": 0, "at": START, "digest": BEGINNING} for n in range(COPIES)]
        tx.execute(insert(chains.chains), rows)
        tx.execute(text("ANALYZE"))
    cursor = list_events(db, ADMIN, PageRequest(200), "energy", None).next
    for type in (None, "citation.made", "customer.erased"):
        for page in (PageRequest(200), PageRequest(200, cursor)):
            with watched(db) as seen:
                list_events(db, ADMIN, page, None, type)
            of_events = [each for each in seen if "events.data" in each[0]]
            assert len(of_events) > 2
            with db.reading() as connection:
                for statement in of_events:
                    _assert_found_in_order(connection, db, statement, type)


def _assert_found_in_order(
    connection: Connection, db: Database, statement: Statement, type: str | None
) -> None:
    assert "events" not in _read_whole(connection, db, statement), statement[0]
    steps = _steps(connection, db, statement)
    assert [step for step in steps for sort in SORTS if sort in step] == [], statement[0]
    assert type is None or any("ix_events_chain_type_seq" in step for step in steps), statement[0]


def _steps(connection: Connection, db: Database, statement: Statement) -> list[str]:
    sql, parameters = statement
    if db.is_sqlite:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return [row.detail for row in plan]
    nodes: list[dict[str, Any]] = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {sql}", parameters
    ).scalar_one()
    return [f"{node['Node Type']} {node.get('Index Name', '')}" for node in _nodes(nodes[0]["Plan"])]
