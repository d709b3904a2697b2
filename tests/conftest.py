"""The same suite on SQLite and on a real PostgreSQL, by a clock that only tests can move."""

import gc
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import settings

from service.api.app import create_app
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.store.sql.migrating import migrate
from service.usecases.operations.bootstrap import prepare
from service.usecases.operations.example import load_example
from tests import databases, rota, worlds
from tests.client import Client
from tests.gateproof import Gateproof

TOKEN = "gp_a-token-for-tests-only"
KEY = bytes(range(32))
OTHER_KEY = bytes(reversed(KEY))
KEYRING = Keyring([KEY])
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

# Thousands of applications come and go; at the usual rate the heap is searched for cycles all the time.
gc.set_threshold(50_000, 20, 50)
settings.register_profile("gateproof", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("gateproof")
databases.share_statements()


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


def pytest_configure() -> None:
    """Said before the workers start: all of them take the same turn."""
    os.environ.setdefault("GATEPROOF_TEST_TURN", rota.turn())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What the rota leaves out is not run."""
    left_out = rota.left_out(items, os.environ["GATEPROOF_TEST_TURN"])
    config.hook.pytest_deselected(items=[each for each in items if each in left_out])
    items[:] = [each for each in items if each not in left_out]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Where databases are. Not below pytest's own: root's PostgreSQL runs as another user, whom the next
    pytest that starts on the machine shuts out of that."""
    with databases.folder_in_memory() as made:
        yield made


@pytest.fixture(scope="session")
def sqlite_template(folder: Path) -> Callable[[str], Path]:
    """Database files in one of STATES, to copy from."""

    @cache
    def made(state: str) -> Path:
        path = folder / f"{state}.db"
        STATES[state](f"sqlite:///{path}")
        return path

    return made


@pytest.fixture(scope="session")
def postgresql_server(folder: Path) -> Iterator[str]:
    with databases.postgresql(folder / "postgresql") as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Callable[[str], str]:
    """Databases in one of STATES, to copy from."""

    @cache
    def made(state: str) -> str:
        name = f"template_{state.replace(' ', '_')}"
        databases.administer(postgresql_server, f"CREATE DATABASE {name}")
        STATES[state](databases.url_of(postgresql_server, name))
        return name

    return made


@pytest.fixture
def database_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[Callable[[str, str], str]]:
    """Makes a database of a kind in one of STATES; its URL. Each is gone after the test."""
    with ExitStack() as made:

        def copied(kind: str, state: str) -> str:
            template = request.getfixturevalue(f"{kind}_template")(state)
            if kind == "sqlite":
                return made.enter_context(databases.copy_of_file(template, folder))
            server = request.getfixturevalue("postgresql_server")
            return made.enter_context(databases.copy_of(server, template))

        yield copied


@pytest.fixture(params=rota.KINDS)
def new_database(
    request: pytest.FixtureRequest, database_of: Callable[[str, str], str]
) -> Callable[[str], str]:
    """Makes a database of either kind in one of STATES; its URL."""
    return partial(database_of, request.param)


@pytest.fixture
def starting_state() -> str:
    """One of STATES. Where all tests of a module begin with the same world, it names that instead."""
    return "prepared"


@pytest.fixture
def database_url(new_database: Callable[[str], str], starting_state: str) -> str:
    """A fresh, migrated and prepared database of either kind."""
    return new_database(starting_state)


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
def client(db: Database, clock: FixedClock) -> Iterator[Client]:
    """Calls as the administrator."""
    app = create_app(db, clock)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(app, headers=headers, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def gateproof(client: Client, clock: FixedClock) -> Gateproof:
    """The API in a test's words."""
    return Gateproof(client, clock)


def _empty(_: str) -> None:
    """Nothing is in it, not even tables."""


def _migrated_under_another_key(url: str) -> None:
    database = Database(url, Keyring([OTHER_KEY]))
    migrate(database)
    database.close()


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


def _told(tell: Callable[[Gateproof, FixedClock], None], url: str) -> None:
    """Told through the API, from START on."""
    _prepared(url)
    clock = FixedClock()
    app, headers = create_app(Database(url, KEYRING), clock), {"Authorization": f"Bearer {TOKEN}"}
    with Client(app, headers=headers) as client:
        tell(Gateproof(client, clock), clock)


STATES: dict[str, Callable[[str], None]] = {
    "empty": _empty,
    "migrated under another key": _migrated_under_another_key,
    "prepared": _prepared,
    "example": _with_example,
    "two portfolios": partial(_told, worlds.two_portfolios),
    "all that can be written": partial(_told, worlds.all_that_can_be_written),
}
