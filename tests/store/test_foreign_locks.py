"""Another program holds SQLite's file: who waits is told so, and waits do not add up."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic

import pytest

from service.store.sql.engine import Database
from service.store.sql.file_lock import LOCKED
from service.store.sql.open_engine import _sqlite_module
from service.store.sql.timeouts import Timeouts
from tests.conftest import FixedClock
from tests.gateproof import Gateproof
from tests.store.test_served import burst, served

PATIENCE = 0.8
PORTFOLIO = {"key": "p", "name": "P"}
READINESS = "/v1/concepts/tariff-radar/readiness"


@pytest.fixture
def database_url(database_of: Callable[[str, str], str]) -> str:
    return database_of("sqlite", "prepared")


@pytest.fixture
def path(db: Database, gateproof: Gateproof) -> str:
    gateproof.begin()
    path = db.engine.url.database
    db.close()
    assert path is not None
    return path


@contextmanager
def held(path: str, how: str) -> Iterator[None]:
    with closing(_sqlite_module().connect(path, isolation_level=None)) as other:
        if how == "alone":
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_writers_that_wait_together_are_answered_together(path: str, clock: FixedClock) -> None:
    with served(f"sqlite:///{path}", clock, Timeouts(lock=PATIENCE)) as address, held(path, "for writing"):
        begun = monotonic()
        answers = burst(address, 20, "POST", "/v1/portfolios", json=PORTFOLIO)
        took = monotonic() - begun
        assert {answer.status_code for answer in burst(address, 3, "GET", READINESS)} == {200}
    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (503, f"{LOCKED} Nothing was written; try again.")
    }
    assert took < 5 * PATIENCE


def test_readers_whom_nobody_lets_in_keep_nobody_waiting(path: str, clock: FixedClock) -> None:
    with held(path, "alone"), served(f"sqlite:///{path}", clock, Timeouts(lock=PATIENCE)) as address:
        begun = monotonic()
        answers = burst(address, 40, "GET", READINESS)
        alive, ready = (burst(address, 1, "GET", probe)[0] for probe in ("/livez", "/readyz"))
        took = monotonic() - begun
    assert {(answer.status_code, answer.json()["detail"].split(".")[0]) for answer in answers} == {
        (503, LOCKED.rstrip("."))
    }
    assert (alive.status_code, ready.json()["reason"]) == (200, "busy")
    assert took < 5


def test_once_the_lock_is_gone_everything_goes_on(path: str, clock: FixedClock) -> None:
    with served(f"sqlite:///{path}", clock, Timeouts(lock=PATIENCE)) as address:
        with held(path, "for writing"):
            assert burst(address, 1, "POST", "/v1/portfolios", json=PORTFOLIO)[0].status_code == 503
        assert burst(address, 1, "POST", "/v1/portfolios", json=PORTFOLIO)[0].status_code == 201
        assert burst(address, 1, "GET", READINESS)[0].status_code == 200
