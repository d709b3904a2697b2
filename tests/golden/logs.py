"""Golden logs as they are kept, a folder each: the rows of a database, and how it answered then."""

import json
import lzma
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from service.api.app import create_app
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.store.sql.migrating import migrate
from service.usecases.operations.bootstrap import prepare
from tests.client import Client
from tests.golden.rows import load, revision_of

HERE = Path(__file__).parent
NAMES = sorted(path.parent.name for path in HERE.glob("*/rows.jsonl.xz"))
KEYRING = Keyring([bytes(range(64, 96))])
TOKEN = "gp_a-token-of-the-golden-logs-only"
Answers = dict[str, Any]
"""[status, body] by what was asked."""


def keep_rows(name: str, lines: Iterable[str]) -> None:
    """A folder of its own; there is none of that name yet."""
    (HERE / name).mkdir()
    _keep(HERE / name / "rows.jsonl.xz", lines)


def keep_answers(name: str, now: datetime, answers: Answers) -> None:
    """Beside the rows, with the instant at which they were given."""
    lines = [json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in answers.items()]
    _keep(HERE / name / "answers.jsonl.xz", [now.isoformat(), *lines])


def answers_of(name: str) -> tuple[datetime, Answers]:
    """The instant of the answers, and the answers."""
    now, *lines = _kept(HERE / name / "answers.jsonl.xz")
    return datetime.fromisoformat(now), dict(map(json.loads, lines))


def rows_of(name: str) -> list[str]:
    """Lines, each a table's name and a row of it."""
    return _kept(HERE / name / "rows.jsonl.xz")


def fill(url: str, name: str) -> None:
    """An empty database becomes the one that was kept, in its own shape, and is migrated from there."""
    lines = rows_of(name)
    database = Database(url, KEYRING)
    migrate(database, revision_of(lines))
    load(database, lines)
    migrate(database)
    database.close()


@contextmanager
def served(url: str, now: datetime) -> Iterator[TestClient]:
    """The service on this database, by a clock that stands still, as the administrator calls it."""
    database = Database(url, KEYRING)
    prepare(database, lambda: now, TOKEN)
    app = create_app(database, lambda: now)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(app, headers=headers, raise_server_exceptions=False) as client:
        yield client
    database.close()


def _keep(path: Path, lines: Iterable[str]) -> None:
    path.write_bytes(lzma.compress("".join(f"{line}\n" for line in lines).encode(), preset=9))


def _kept(path: Path) -> list[str]:
    return lzma.decompress(path.read_bytes()).decode().splitlines()
