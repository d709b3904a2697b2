"""Who may read the files of a SQLite database, with a umask that forbids nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from service.database_settings import DatabaseSettings
from service.keys import open_database
from service.settings import Settings
from service.store.sql import backup
from service.store.sql.engine import Database
from service.store.sql.file_modes import open_to_others
from service.store.sql.migrating import migrate
from tests.conftest import KEYRING


@pytest.fixture(autouse=True)
def permissive() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {each.name: oct(S_IMODE(each.stat().st_mode)) for each in folder.iterdir()}


def test_all_that_is_made_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEPROOF_KEY", raising=False)
    db = open_database(
        Settings("127.0.0.1", 8000, DatabaseSettings(f"sqlite:///{tmp_path}/gp.db"), None, None)
    )
    migrate(db)
    backup.copy(db, tmp_path / "copy.db")
    assert modes(tmp_path) == dict.fromkeys(
        ("gp.db", "gp.db-wal", "gp.db-shm", "gp.db.key", "copy.db"), "0o600"
    )
    assert open_to_others(f"sqlite:///{tmp_path}/gp.db") == []
    db.close()


def test_a_file_that_is_there_keeps_its_mode_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gp.db"
    path.touch(0o644)
    db = Database(f"sqlite:///{path}", KEYRING)
    migrate(db)
    db.close()
    assert modes(tmp_path)["gp.db"] == "0o644"
    assert open_to_others(f"sqlite:///{path}") == [path]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://localhost/gp"])
def test_what_is_no_file_has_no_mode(url: str) -> None:
    assert open_to_others(url) == []
