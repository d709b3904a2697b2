"""Writes that come together: each is answered for itself, and a refused one takes nothing of the others."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from schemas.nouns import CustomerIn
from service.api import writers
from service.api.writers import Writers
from service.store.log.chains import chains, events
from service.store.nouns.customers import customers
from service.store.sql.engine import Database
from service.store.sql.faults import Deferred, RolledBack
from service.usecases.errors import Refused, no_such_portfolio
from service.usecases.registry.customers import enter_customer
from service.usecases.unit_of_work import Caller, work_on
from service.usecases.verification.verify import verify
from tests.store.racing import ADMIN, add_customer, add_portfolio

PATIENCE = 10
Use = Callable[[], Any]


def written_together(db: Database, *uses: Use) -> Sequence[Any]:
    """What each returned or raised. They wait until all are there behind one that is under way."""

    async def run() -> Sequence[Any]:
        group, all_there = Writers(db), Event()
        tasks = [asyncio.create_task(group.write(partial(all_there.wait, PATIENCE)))]
        tasks += [asyncio.create_task(group.write(use)) for use in uses]
        await asyncio.sleep(0)
        all_there.set()
        _, *outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        group.close()
        return outcomes

    return asyncio.run(run())


def written_alone(db: Database, use: Use) -> Any:
    async def run() -> Any:
        alone = Writers(db)
        try:
            return await alone.write(use)
        finally:
            alone.close()

    return asyncio.run(run())


def refused_after_writing(db: Database, key: str, *, caller: Caller = ADMIN) -> None:
    body = CustomerIn(key=key, portfolio="energy", segment="smb", relationship="prospect")
    with work_on(db, caller, "energy", no_such_portfolio) as work:
        work.once(lambda: enter_customer(work, body))
        raise Refused("already-withdrawn", "So.")


def broken(_: Database) -> None:
    raise ZeroDivisionError


def keys(db: Database) -> set[str]:
    with db.reading() as connection:
        return set(connection.execute(select(customers.c.key)).scalars())


def positions(db: Database) -> list[int]:
    with db.reading() as connection:
        mine = select(events.c.seq).join(chains).where(chains.c.key == "energy").order_by(events.c.seq)
        return list(connection.execute(mine).scalars())


REFUSALS = {
    "after it wrote": partial(refused_after_writing, key="b"),
    "of a key that is taken": partial(add_customer, key="a"),
    "before it wrote": broken,
}


@pytest.fixture
def begun(db: Database) -> Database:
    add_portfolio(db, "energy")
    return db


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("refused", REFUSALS.values(), ids=REFUSALS)
def test_a_refused_write_takes_back_its_own_and_no_other(
    begun: Database, refused: Callable[[Database], None], place: int
) -> None:
    before = keys(begun)
    uses: list[Use] = [partial(add_customer, begun, key) for key in ("a", "c", "d")]
    uses.insert(place, partial(refused, begun))

    outcomes = written_together(begun, *uses)

    failed = [n for n, outcome in enumerate(outcomes) if outcome is not None]
    assert len(failed) == 1
    assert keys(begun) - before == {"a", "c", "d"}
    assert positions(begun) == [1, 2, 3]


def test_each_of_several_refused_ones_is_told_why(begun: Database) -> None:
    outcomes = written_together(
        begun,
        partial(refused_after_writing, begun, "x"),
        partial(add_customer, begun, "a"),
        partial(add_customer, begun, "a"),
        partial(refused_after_writing, begun, "y"),
        partial(broken, begun),
        partial(add_customer, begun, "c"),
    )
    messages = [
        outcome.problem_type if isinstance(outcome, Refused) else type(outcome).__name__
        for outcome in outcomes
    ]
    assert [messages[n] for n in (0, 3, 4, 5)] == [
        "already-withdrawn",
        "already-withdrawn",
        "ZeroDivisionError",
        "NoneType",
    ]
    assert sorted(messages[1:3]) == ["NoneType", "key-taken"]  # PostgreSQL has two threads
    assert positions(begun) == [1, 2]


def test_what_is_put_off_is_written_and_so_is_what_came_after_it(begun: Database) -> None:
    runs = count(1)

    def put_off_once() -> None:
        if next(runs) == 1:
            raise Deferred
        add_customer(begun, "c")

    outcomes = written_together(
        begun,
        partial(add_customer, begun, "a"),
        put_off_once,
        partial(refused_after_writing, begun, "b"),
        partial(add_customer, begun, "d"),
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), Refused, type(None)]
    assert positions(begun) == [1, 2, 3]


def full(db: Database) -> None:
    """SQLite takes the whole transaction back when its disk is full; so it does here, when its file may not
    grow."""
    with work_on(db, ADMIN, "energy", no_such_portfolio) as work:
        fill(work.tx)


def fill(tx: Connection) -> None:
    pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    try:
        tx.exec_driver_sql("INSERT INTO contents VALUES ('txt_1', '', ?)", ("x" * 5_000_000,))
    finally:
        tx.exec_driver_sql("PRAGMA max_page_count = 1000000")


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("refused_before", [False, True])
@pytest.mark.parametrize("place", range(3))
def test_what_the_database_takes_back_by_itself_is_written_again(
    begun: Database, place: int, refused_before: bool
) -> None:
    uses: list[Use] = [partial(add_customer, begun, key) for key in ("a", "c")]
    uses.insert(place, partial(full, begun))
    if refused_before:
        uses.insert(0, partial(refused_after_writing, begun, "b"))  # savepoints from now on
        uses += [partial(add_customer, begun, "d"), partial(full, begun), partial(add_customer, begun, "e")]

    outcomes = written_together(begun, *uses)

    written = [outcome for outcome in outcomes if outcome is None]
    assert len(written) == (4 if refused_before else 2)
    assert positions(begun) == list(range(1, len(written) + 1))
    assert verify(begun).ok


def test_a_reading_that_fails_takes_nothing_back(begun: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "THREADS", 1)

    def misread() -> None:
        with begun.reading() as connection:
            connection.exec_driver_sql("SELECT nothing FROM nowhere")

    outcomes = written_together(begun, partial(add_customer, begun, "a"), misread)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], DBAPIError)
    assert positions(begun) == [1]


@pytest.mark.parametrize("beside", [0, 2])
def test_who_goes_on_after_a_write_that_failed_is_not_told_more_than_is_so(
    begun: Database, beside: int
) -> None:
    def second_try() -> str:
        with suppress(Refused):
            refused_after_writing(begun, "x")
        add_customer(begun, "b")
        return "written"

    others = [partial(add_customer, begun, f"c{n}") for n in range(beside)]
    *_, last = written_together(begun, *others, second_try) if beside else [written_alone(begun, second_try)]

    assert last == "written"
    assert positions(begun) == list(range(1, beside + 2))


@pytest.mark.parametrize("beside", [0, 2])
def test_a_fault_that_was_caught_is_never_told_as_written(begun: Database, beside: int) -> None:
    def caught() -> str:
        body = CustomerIn(key="b", portfolio="energy", segment="smb", relationship="prospect")
        with work_on(begun, ADMIN, "energy", no_such_portfolio) as work:
            enter_customer(work, body)
            with suppress(DBAPIError):
                if begun.is_sqlite:
                    fill(work.tx)
                else:
                    work.tx.exec_driver_sql("SELECT nothing FROM nowhere")
        return "written"

    uses: list[Use] = [partial(add_customer, begun, f"c{n}") for n in range(beside)]
    uses.insert(beside // 2, caught)
    if beside:
        outcomes = written_together(begun, *uses)
        assert [type(each) for each in outcomes] == [type(None), RolledBack, type(None)]
    else:
        with pytest.raises(RolledBack):
            written_alone(begun, caught)
    assert positions(begun) == list(range(1, beside + 1))
    assert verify(begun).ok


def test_the_key_of_a_refused_write_is_free_again(begun: Database) -> None:
    with_key = ADMIN._replace(route="POST /v1/customers", idempotency_key="once", body=b"{}")

    def add(key: str) -> None:
        body = CustomerIn(key=key, portfolio="energy", segment="smb", relationship="prospect")
        with work_on(begun, with_key, "energy", no_such_portfolio) as work:
            work.once(lambda: enter_customer(work, body))

    outcomes = written_together(
        begun,
        partial(add_customer, begun, "a"),
        partial(refused_after_writing, begun, "b", caller=with_key),
        partial(add, "c"),
        partial(add, "c"),
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), Refused, type(None), type(None)]
    assert positions(begun) == [1, 2]
