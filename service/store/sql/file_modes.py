"""A SQLite database is for its owner alone, whatever the umask says: what is beside it takes its mode."""

import os
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

OWN = 0o600
OTHERS = 0o077
SIDE_FILES = ("", "-wal", "-shm")


def make_own(path: str) -> None:
    """Make the file that SQLite is about to open, where there is none. One that is there stays as it is."""
    with suppress(OSError):  # SQLite says what is wrong with the place
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWN))


def open_to_others(database_url: str) -> list[Path]:
    """The files of this database that others than their owner may read or write."""
    path = file_of(database_url)
    files = [Path(f"{path}{suffix}") for suffix in SIDE_FILES] if path else []
    return [each for each in files if each.exists() and each.stat().st_mode & OTHERS]


def file_of(database_url: str) -> str | None:
    """The path of a SQLite database; None: in memory, named by a URI of its own, or elsewhere."""
    url = sa.make_url(database_url)
    path = url.database
    is_file = url.get_backend_name() == "sqlite" and path and path != ":memory:"
    return path if is_file and path and not path.startswith("file:") else None
