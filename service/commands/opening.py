"""The database of the environment, for a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.clock import ClockWatch
from service.keys import open_database
from service.settings import from_environment
from service.store.sql.engine import Database
from service.store.sql.migrating import SERVED, SHAPES, shape_of


@contextmanager
def migrated_database(*, at_length: bool = True, whole: bool = False) -> Iterator[Database]:
    """Yields the database, and closes it afterwards. SystemExit if its shape is another one. `at_length`:
    statements may take as long as they take. `whole`: for what reads or writes every table, of which an older
    release that lives with the database may not know all."""
    db = open_database(from_environment(), at_length=at_length)
    db.clock_watch = ClockWatch()
    try:
        with db.reading() as connection:
            shape = shape_of(connection)
        if shape != "current" and (whole or shape not in SERVED):
            raise SystemExit(SHAPES[shape])
        yield db
    finally:
        db.close()
