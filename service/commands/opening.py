"""The database of the environment, for a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.keys import open_database
from service.settings import from_environment
from service.store.sql.engine import Database
from service.store.sql.migrating import SHAPES, shape_of


@contextmanager
def migrated_database(*, at_length: bool = True) -> Iterator[Database]:
    """Yields the database, and closes it afterwards. SystemExit if its shape is another one. `at_length`:
    statements may take as long as they take."""
    db = open_database(from_environment(), at_length=at_length)
    try:
        with db.reading() as connection:
            shape = shape_of(connection)
        if shape != "current":
            raise SystemExit(SHAPES[shape])
        yield db
    finally:
        db.close()
