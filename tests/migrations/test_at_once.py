"""Several services start at the same moment on one new database."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import select

from service.store.nouns.tokens import tokens
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate, shape_of
from service.usecases.operations.bootstrap import prepare
from tests.conftest import KEYRING, START
from tests.store.racing import databases, together

ROOT = Path(__file__).parents[2]
PROCESSES = 2


def test_processes_that_migrate_at_once_all_succeed(new_database: Callable[[str], str]) -> None:
    url = new_database("empty")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "service.cli", "migrate"],
            cwd=ROOT,
            env={**os.environ, "GATEPROOF_DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    outputs = [process.communicate(timeout=180) for process in started]

    assert [process.returncode for process in started] == [0] * PROCESSES, outputs
    db = Database(url, KEYRING)
    with db.reading() as connection:
        assert shape_of(connection) == "current"
    db.close()


def test_of_services_that_prepare_at_once_one_makes_the_token(new_database: Callable[[str], str]) -> None:
    url = new_database("empty")
    with databases(url, 2) as services:
        migrate(services[0])
        made = together(*(partial(prepare, db, lambda: START, None) for db in services))
        with services[0].reading() as connection:
            rows = connection.execute(select(tokens.c.id)).all()

    assert sorted(type(token).__name__ for token in made) == ["NoneType", "str"]
    assert len(rows) == 1
