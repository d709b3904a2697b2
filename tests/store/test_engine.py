"""How the two databases are opened, and what their errors say."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.store.log.chains import chains
from service.store.sql.engine import Database
from service.store.sql.open_engine import BUSY_MILLISECONDS, POOL_SIZE
from service.store.words.contents import contents, store, words

SECRET = "what-the-customer-said"


def pragma(db: Database, name: str) -> object:
    with db.reading() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar_one()


def test_sqlite_is_opened_for_durable_writes_beside_readers(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL has no pragmas")
    settings = {
        name: pragma(db, name)
        for name in (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "secure_delete",
            "busy_timeout",
            "recursive_triggers",
        )
    }
    full = 2
    assert settings == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": BUSY_MILLISECONDS,
        "recursive_triggers": 1,
    }


def test_every_connection_of_the_pool_is_opened_alike(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL has no pragmas")
    held = [db.engine.connect() for _ in range(POOL_SIZE)]
    try:
        assert {c.execute(text("PRAGMA foreign_keys")).scalar_one() for c in held} == {1}
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 3, 9, 0, 0, 123457, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=1),
        datetime(8999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_instants_come_back_exact_and_aware(db: Database, instant: datetime) -> None:
    with db.writing() as tx:
        tx.execute(update(chains).values(at=instant))
    with db.reading() as connection:
        stored = connection.execute(select(chains.c.at)).scalar_one()

    assert stored == instant
    assert stored.tzinfo is UTC


def test_instants_of_other_zones_are_the_same_instants(db: Database) -> None:
    instant = datetime.fromisoformat("2026-11-03T09:00:00.000001+05:30")
    with db.writing() as tx:
        tx.execute(update(chains).values(at=instant))
    with db.reading() as connection:
        assert connection.execute(select(chains.c.at)).scalar_one() == instant


def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    def give_up_halfway() -> None:
        with db.writing() as tx:
            store(tx, {"summary": SECRET}, datetime(2026, 1, 1, tzinfo=UTC))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up_halfway()

    with db.reading() as connection:
        assert SECRET not in str(connection.execute(select(words).select_from(contents)).all())


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "txt_1", "wrapped_key": None, "sealed": SECRET},
        {"id": SECRET, "wrapped_key": "k", "sealed": "s"},
    ],
)
def test_constraints_never_show_what_was_bound(db: Database, broken: dict[str, object]) -> None:
    with db.writing() as tx:
        tx.execute(insert(contents).values(id=SECRET, wrapped_key="k", sealed="s"))

    with pytest.raises(IntegrityError) as caught, db.writing() as tx:
        tx.execute(insert(contents).values(**broken))

    text = f"{caught.value} {caught.value!r} {caught.value.orig} {caught.value.orig!r}"
    assert SECRET not in text
    assert "contents" in text


def test_nor_do_values_that_are_refused(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite takes any value")
    with pytest.raises(DBAPIError) as caught, db.writing() as tx:
        tx.execute(text("SELECT CAST(:said AS integer)"), {"said": SECRET})

    assert SECRET not in f"{caught.value!r} {caught.value.orig!r}"
