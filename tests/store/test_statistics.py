"""PostgreSQL's statistics keep samples of columns, for longer than an erasure may leave anything."""

import re

import pytest
from sqlalchemy import text

from service.store.sql.cleaning import clean
from service.store.sql.columns import UNSAMPLED
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.store.tables import metadata
from service.store.words.contents import store
from service.store.words.tombstones import erase as forget
from tests.conftest import START
from tests.store.test_nothing_is_left import files_with, outside_the_log_of_writes, wrapped_keys

SEALED = re.compile(r"wrapped_key|sealed.*|salt|mark|body_hash")
"""Names of columns that hold what an erasure takes, or what opens it."""
UNSAMPLED_COLUMNS = {
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.c
    if UNSAMPLED.items() <= column.info.items()
}
TARGETS = """
    SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND attstattarget = 0
"""


@pytest.fixture
def postgresql(db: Database) -> Database:
    if db.is_sqlite:
        pytest.skip("SQLite takes no samples")
    return db


def test_a_column_of_keys_salts_or_marks_is_one_without_samples() -> None:
    named = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if SEALED.fullmatch(column.name)
    }
    assert named <= UNSAMPLED_COLUMNS


def test_the_database_has_no_samples_of_these_columns_and_of_no_others(postgresql: Database) -> None:
    with postgresql.writing() as tx:
        store(tx, {"summary": "Somebody said so"}, START)
    with postgresql.reading() as connection:
        assert {tuple(row) for row in connection.execute(text(TARGETS))} == UNSAMPLED_COLUMNS
        connection.execute(text("ANALYZE"))
        sampled = {tuple(row) for row in connection.execute(text("SELECT tablename, attname FROM pg_stats"))}
        assert ("contents", "id") in sampled
        assert sampled.isdisjoint(UNSAMPLED_COLUMNS)
        assert connection.execute(text("SELECT count(*) FROM pg_statistic_ext")).scalar_one() == 0


def test_samples_of_an_earlier_release_are_gone_with_the_next_erasure(postgresql: Database) -> None:
    """The migration lets go of them, and still they stand in the file until that is written anew."""
    migrate(postgresql, "0014")
    with postgresql.writing() as tx:
        ids = [store(tx, {"summary": f"Talk {n}"}, START).id for n in range(400)]
    with postgresql.reading() as connection:
        connection.execute(text("ANALYZE"))
        assert connection.execute(text("SELECT 1 FROM pg_stats WHERE attname = 'wrapped_key'")).first()
    known = wrapped_keys(postgresql)
    keys = [known[id].encode() for id in ids]
    migrate(postgresql)
    with postgresql.writing() as tx:
        forget(tx, dict.fromkeys(ids, "cnv_1"), START)
    assert files_with(outside_the_log_of_writes(postgresql), *keys)
    assert clean(postgresql)
    assert files_with(outside_the_log_of_writes(postgresql), *keys) == set()
