"""The newest migration takes down what it made: those before it have landed, and are never changed."""

from pathlib import Path

from sqlalchemy import inspect

from migrations import versions
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate

BEFORE, NEWEST = sorted(path.stem[1:5] for path in Path(versions.__file__).parent.glob("m*.py"))[-2:]


def shape(db: Database) -> dict[str, set[tuple[object, ...]]]:
    """Columns, indexes and keys by table."""
    with db.reading() as connection:
        tables = inspect(connection)
        return {
            name: {
                *((each["name"], str(each["type"]), each["nullable"]) for each in tables.get_columns(name)),
                *((each["name"], *each["column_names"]) for each in tables.get_indexes(name)),
                ("the key", *tables.get_pk_constraint(name)["constrained_columns"]),
            }
            for name in tables.get_table_names()
        }


def test_going_down_from_it_leaves_what_was_before_it(empty: Database) -> None:
    migrate(empty, BEFORE)
    before = shape(empty)
    migrate(empty, NEWEST)
    migrate(empty, BEFORE)
    assert shape(empty) == before
