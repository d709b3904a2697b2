"""The database of the environment, for a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.keys import open_database
from service.settings import from_environment
from service.store.sql.engine import Database
from service.store.sql.migrating import is_current


@contextmanager
def migrated_database() -> Iterator[Database]:
    """Yields the database, and closes it afterwards. SystemExit if it is not migrated."""
    db = open_database(from_environment())
    try:
        with db.reading() as connection:
            if not is_current(connection):
                raise SystemExit("The database is not migrated: run `gateproof migrate`.")
        yield db
    finally:
        db.close()
