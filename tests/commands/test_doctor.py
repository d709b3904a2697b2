"""gateproof doctor: a line for each thing that the service rests on, and an exit code."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.cli import main
from service.commands import doctor
from service.store.sql.engine import Database
from service.store.sql.keyring import new_key
from tests.conftest import FixedClock
from tests.gateproof import Gateproof


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", database_url)


def examined(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, tuple[bool, str]]:
    assert main(["doctor", "--json"]) == code
    return {each["check"]: (each["ok"], each["detail"]) for each in json.loads(capsys.readouterr().out)}


def wrong(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    return {name: detail for name, (ok, detail) in examined(capsys, 1).items() if not ok}


def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    checks = examined(capsys, 0)
    assert [*checks] == ["key", "database", "migrations", "writes", "clock", "leaps", "log", "disk"]
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["ok", name] for name in checks]


def test_each_thing_that_is_wrong_is_named(
    gateproof: Gateproof,
    db: Database,
    clock: FixedClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.instant = datetime.now(UTC) + timedelta(days=400)
    gateproof.begin()
    with db.writing() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    monkeypatch.setattr(doctor, "LEAST_FREE", 2**80)
    found = wrong(capsys)
    assert found.keys() == {"migrations", "log", *(["disk"] if db.is_sqlite else [])}
    assert "newer" in found["migrations"]
    assert "/v1/audit/leaps/end" in found["log"]


def test_a_clock_that_is_not_the_databases_is_named(
    db: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite has no clock of its own")
    ahead = datetime.now(UTC) + timedelta(minutes=6)
    monkeypatch.setattr(doctor, "now", lambda: ahead)
    assert "seconds apart" in wrong(capsys)["clock"]


def test_without_a_key_or_a_database_that_is_the_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEPROOF_KEY", new_key())
    assert wrong(capsys).keys() == {"key"}
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/nothing")
    [(name, detail)] = wrong(capsys).items()
    assert (name, "cannot be reached" in detail, "secret" in detail) == ("database", True, False)
