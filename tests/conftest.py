"""The same suite on SQLite and on a real PostgreSQL, by a clock that only tests can move."""

import gc
import os
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from shutil import copyfile
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from hypothesis import settings

from service.api.app import create_app
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.store.sql.migrating import migrate
from service.usecases.operations.bootstrap import prepare
from service.usecases.operations.example import load_example
from tests import databases, loopback, rota
from tests.client import Client
from tests.gateproof import Gateproof

TOKEN = "gp_a-token-for-tests-only"
KEY = bytes(range(32))
OTHER_KEY = bytes(reversed(KEY))
KEYRING = Keyring([KEY])
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

# Thousands of applications come and go; at the usual rate the heap is searched for cycles all the time.
gc.set_threshold(50_000, 20, 50)
settings.register_profile("gateproof", deadline=None)
settings.load_profile("gateproof")
databases.share_statements()
loopback.guard()


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> None:
        """Forward by days, hours, microseconds..."""
        self.instant += timedelta(**by)


World = Callable[[Gateproof, FixedClock], Any]
"""Tells through the API, from START on, what several tests begin with. It is told once for a process and a
kind of database, and then copied."""
State = str | World
"""One of STATES, or a world."""


def begins_with(state: State) -> pytest.MarkDecorator:
    """For a test that begins elsewhere than the others of its module."""
    return pytest.mark.parametrize("starting_state", [state])


class Ending(NamedTuple):
    """When the telling of a world ended, by what it was told, and what it returned."""

    instant: datetime
    gateproof: Gateproof | None = None
    world: Any = None


NOTHING_TOLD = Ending(START)
ENDINGS: dict[tuple[str, State], Ending] = {}
"""By the kind of database."""

# What is started as a process of its own opens the same databases.
os.environ["GATEPROOF_KEY"] = b64encode(KEY).decode()


@pytest.fixture(autouse=True)
def nothing_leaves() -> Iterator[None]:
    """Fails a test that reached for another machine."""
    loopback.ATTEMPTS.clear()
    yield
    assert loopback.ATTEMPTS == []


@pytest.fixture
def unknown_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver knows no name beyond this machine, and asks nobody."""
    resolve = socket.getaddrinfo

    def resolved(host: str | bytes | None, *rest: Any, **options: Any) -> Any:
        if not loopback.needs_no_resolver(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


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
def sqlite_template(folder: Path) -> Callable[[State], Path]:
    """Database files in a state, to copy from."""

    @cache
    def made(state: State) -> Path:
        path = folder / f"template-{uuid4().hex}.db"
        if beginning := _beginning_of(state):
            copyfile(made(beginning), path)
        _make(state, f"sqlite:///{path}")
        return path

    return made


@pytest.fixture(scope="session")
def postgresql_server(folder: Path) -> Iterator[databases.Server]:
    with databases.postgresql(folder / "postgresql") as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: databases.Server) -> Callable[[State], str]:
    """Databases in a state, to copy from."""

    @cache
    def made(state: State) -> str:
        name = f"template_{uuid4().hex}"
        beginning = _beginning_of(state)
        databases.copy(postgresql_server, made(beginning) if beginning else "template1", name)
        _make(state, postgresql_server.url_of(name))
        return name

    return made


@pytest.fixture
def database_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[Callable[[str, State], str]]:
    """Makes a database of a kind in a state; its URL. Each is gone after the test."""
    with ExitStack() as made:

        def copied(kind: str, state: State) -> str:
            template = request.getfixturevalue(f"{kind}_template")(state)
            if kind == "sqlite":
                return made.enter_context(databases.copy_of_file(template, folder))
            server = request.getfixturevalue("postgresql_server")
            return made.enter_context(databases.copy_of(server, template))

        yield copied


@pytest.fixture(params=rota.KINDS)
def new_database(
    request: pytest.FixtureRequest, database_of: Callable[[str, State], str]
) -> Callable[[State], str]:
    """Makes a database of either kind in a state; its URL."""
    return partial(database_of, request.param)


@pytest.fixture
def starting_state() -> State:
    """Where all tests of a module begin with the same world, it names that instead."""
    return "prepared"


@pytest.fixture
def database_url(new_database: Callable[[State], str], starting_state: State) -> str:
    """A fresh, migrated and prepared database of either kind."""
    return new_database(starting_state)


@pytest.fixture
def ending(database_url: str, starting_state: State, clock: FixedClock) -> Ending:
    """How the telling of the starting state ended; the clock goes on from there."""
    made = ENDINGS.get((databases.kind_of(database_url), starting_state), NOTHING_TOLD)
    clock.instant = made.instant
    return made


@pytest.fixture
def world(ending: Ending) -> Any:
    """What the telling of the starting state returned."""
    return ending.world


@pytest.fixture
def example(new_database: Callable[[str], str]) -> Iterator[Database]:
    """A database of either kind that holds the example portfolio, as loaded at START."""
    database = Database(new_database("example"), KEYRING)
    yield database
    database.close()


@pytest.fixture
def db(database_url: str, ending: Ending) -> Iterator[Database]:
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
def gateproof(client: Client, clock: FixedClock, ending: Ending) -> Gateproof:
    """The API in a test's words; it goes on from what the starting state told."""
    return ending.gateproof.by(client, clock) if ending.gateproof else Gateproof(client, clock)


def _beginning_of(state: State) -> str | None:
    """The state that comes before; None: an empty database."""
    return "prepared" if state == "example" or not isinstance(state, str) else None


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
    database = Database(url, KEYRING)
    load_example(database, START)
    database.close()


def _make(state: State, url: str) -> None:
    """Brings a database into a state: an empty one, or one in the state that comes before."""
    if isinstance(state, str):
        STATES[state](url)
        return
    clock = FixedClock()
    database, headers = Database(url, KEYRING), {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(database, clock), headers=headers) as client:
        gateproof = Gateproof(client, clock)
        made = state(gateproof, clock)
    ENDINGS[databases.kind_of(url), state] = Ending(clock.instant, gateproof, made)


STATES: dict[str, Callable[[str], None]] = {
    "empty": _empty,
    "migrated under another key": _migrated_under_another_key,
    "prepared": _prepared,
    "example": _with_example,
}
