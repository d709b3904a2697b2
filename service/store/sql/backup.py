"""A copy of a SQLite database while it is written to, by SQLite's own means."""

import os
from pathlib import Path

import sqlalchemy as sa

from service.store.sql.engine import Database


def copy(db: Database, path: Path) -> None:
    """All that is committed at this instant, as one file without a log beside it, defragmented. May raise
    SQLAlchemyError and OSError; the file is to be empty, or not there."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    with db.engine.connect() as connection:
        connection.execute(sa.text("VACUUM INTO :path"), {"path": str(path)})
    with path.open("rb") as file:
        os.fsync(file.fileno())


def damages(connection: sa.Connection) -> list[str]:
    """The faults that SQLite itself finds in the file; a few at most."""
    lines = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    return [] if list(lines) == ["ok"] else [str(each) for each in lines]
