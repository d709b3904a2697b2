"""Workers are killed at any moment, as often as you like: everything arrives, and nothing under two ids."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.conftest import TOKEN
from tests.delivery.conftest import LOOPBACK, subscribe
from tests.delivery.target import Target
from tests.gateproof import Gateproof
from tests.packaging.running import environment

ROOT = Path(__file__).parents[2]
# It imports no test: each worker that takes the place of a killed one has to start.
WORKER = """
import os
import sys
from datetime import timedelta
import anyio
from service.clock import now
from service.delivery.targets import Targets, networks
from service.delivery.worker import Worker
from service.store.sql.engine import Database
from service.store.sql.keyring import parse
from service.usecases.notify import delivery_leases
delivery_leases.WORKER_LEASE = timedelta(seconds=1)
targets = Targets(networks("X", "127.0.0.0/8"))
keyring = parse(os.environ['GATEPROOF_KEY'])
anyio.run(Worker(Database(sys.argv[1], keyring), now, targets, lease=timedelta(seconds=2)).run)
"""
CONCEPTS, KILLS, PATIENCE = 20, 6, 120


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def workers(url: str, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    made = [_start(url) for _ in range(number)]
    yield made
    for process in made:
        process.kill()
        process.wait()


def _start(url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WORKER, url]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(PYTHONPATH=str(ROOT), GATEPROOF_KEY=os.environ["GATEPROOF_KEY"])
    )


def _kill(running: list[subprocess.Popen[bytes]], victim: int, url: str) -> None:
    """Without a word of warning; another takes its place."""
    running[victim].send_signal(signal.SIGKILL)
    running[victim].wait()
    running[victim] = _start(url)


def _arrived(target: Target) -> set[tuple[str, str, str]]:
    return {(got.path, got.message["data"]["concept"], got.message["type"]) for got in list(target.got)}


@pytest.fixture
def gateproof(db: Database) -> Iterator[Gateproof]:
    """By the machine's own clock: workers are processes of their own."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(db, now, targets=LOOPBACK), headers=headers) as client:
        yield Gateproof(client, now)  # type: ignore[arg-type]


def test_none_is_lost_and_none_has_two_ids(
    gateproof: Gateproof, target: Target, database_url: str, db: Database
) -> None:
    gateproof.begin("starter")
    hooks = [
        subscribe(gateproof, target, "review.decided", "readiness.ready", path=f"/{n}") for n in range(3)
    ]
    talks = [gateproof.talk() for _ in range(2)]
    random, expected, kills = Random(7), set(), KILLS
    with workers(database_url, 3) as running:
        for number in range(CONCEPTS):
            key = f"concept-{number}"
            gateproof.concept(key, process="starter")
            gateproof.state("problem", key)
            for talk in talks:
                gateproof.cite(talk, "problem", concept=key)
            gateproof.review("S1", "hold", key)
            expected |= {(key, "readiness.ready"), (key, "review.decided")}
        wanted = {(f"/{n}", *each) for n in range(len(hooks)) for each in expected}
        deadline = time.monotonic() + PATIENCE
        while _arrived(target) < wanted and time.monotonic() < deadline:
            # Long enough for one to get to work, and to be in the midst of it.
            seen = len(target.got)
            time.sleep(1.0)
            if kills and len(target.got) > seen:
                kills -= 1
                _kill(running, random.randrange(len(running)), database_url)

    assert _arrived(target) == wanted
    assert len({(got.path, got.headers["webhook-id"]) for got in target.got}) == len(wanted)
    # Only what was sent and not yet noted when somebody was killed comes twice.
    again = Counter((got.path, got.headers["webhook-id"]) for got in target.got)
    assert sum(count - 1 for count in again.values()) < len(wanted)


def test_a_flip_of_time_is_found_once_by_many_workers_that_are_killed(
    gateproof: Gateproof, target: Target, database_url: str, db: Database
) -> None:
    gateproof.begin("starter")
    subscribe(gateproof, target, "readiness.expired")
    # Ready for some seconds still.
    end = now() + timedelta(seconds=8)
    days_ago = 90 - (end - now()) / timedelta(days=1)
    talks = [gateproof.talk(days_ago=days_ago) for _ in range(2)]
    keys = [f"concept-{number}" for number in range(5)]
    for key in keys:
        gateproof.concept(key, process="starter")
        gateproof.state("problem", key)
        for talk in talks:
            gateproof.cite(talk, "problem", concept=key)
    with workers(database_url, 3) as running:
        deadline = time.monotonic() + PATIENCE
        while len({got.message["data"]["concept"] for got in target.got}) < 5 and time.monotonic() < deadline:
            time.sleep(0.3)
            if abs((now() - end).total_seconds()) < 2:
                _kill(running, 0, database_url)
        time.sleep(3)

    assert sorted({got.message["data"]["concept"] for got in target.got}) == keys
    assert len(set(target.ids)) == 5
    with db.reading() as connection:
        query = "SELECT count(*) FROM notices WHERE type = 'readiness.expired'"
        assert connection.exec_driver_sql(query).scalar() == 5
