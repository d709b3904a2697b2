"""The way down says what it would take away, and takes it only if it may."""

from collections.abc import Callable

import pytest

from service.cli import main
from service.store.sql import releases
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate, newest, revision_of
from tests.conftest import KEYRING


def at(db: Database) -> str | None:
    with db.reading() as connection:
        return revision_of(connection)


def test_down_with_data_needs_a_word(
    new_database: Callable[[str], str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database("example")
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", url)
    db = Database(url, KEYRING)
    assert main(["migrate", "--to", "0004"]) == 3
    refused = capsys.readouterr().err
    assert "outcomes (" in refused
    assert "--lose-data" in refused
    assert at(db) == newest()
    assert main(["migrate", "--to", "0004", "--lose-data"]) == 0
    assert "0004" in capsys.readouterr().out
    assert at(db) == "0004"
    assert main(["migrate", "--to", "7777"]) == 2
    assert main(["migrate"]) == 0
    assert at(db) == newest()
    db.close()


def test_down_without_data_needs_none(empty: Database) -> None:
    migrate(empty)
    migrate(empty, "0020", may_lose=False)
    assert at(empty) == "0020"
    migrate(empty)
    with empty.reading() as connection:
        here = revision_of(connection)
        assert here is not None
        assert releases.oldest_that_lives_with(connection, here) is not None
