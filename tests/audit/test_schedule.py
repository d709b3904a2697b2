"""A service that exports the head of its log on its own."""

import logging
from pathlib import Path
from time import monotonic, sleep

import pytest
from fastapi.testclient import TestClient

from schemas.audit import Envelope
from service.api.app import create_app
from service.api.background import appending
from service.commands.serving import background_tasks
from service.settings import from_environment
from service.store.sql.engine import Database
from service.usecases.verification.verify import verify
from tests.conftest import TOKEN, FixedClock

PATIENCE = 20.0
ASKING = {"Authorization": f"Bearer {TOKEN}"}


def wait_for_lines(path: Path, number: int) -> list[str]:
    began = monotonic()
    while monotonic() - began < PATIENCE:
        if path.exists() and len(lines := path.read_text().splitlines()) >= number:
            return lines
        sleep(0.01)
    raise TimeoutError


def test_heads_are_appended_while_it_serves(db: Database, clock: FixedClock, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    app = create_app(db, clock, background=[appending(db, clock, file, 0.05)])
    with TestClient(app, headers=ASKING) as client:
        lines = wait_for_lines(file, 3)
        assert client.get("/v1/people").status_code == 200
    assert verify(db, heads=[Envelope.model_validate_json(line) for line in lines]).ok


def test_a_file_that_cannot_be_written_stops_nothing(
    db: Database, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "later" / "heads"
    with TestClient(
        create_app(db, clock, background=[appending(db, clock, file, 0.05)]), headers=ASKING
    ) as client:
        began = monotonic()
        while not caplog.records and monotonic() - began < PATIENCE:
            sleep(0.01)
        assert client.get("/v1/people").status_code == 200
        file.parent.mkdir()
        wait_for_lines(file, 1)
    [line] = {
        record.getMessage().partition(" at ")[0]
        for record in caplog.records
        if record.levelno >= logging.ERROR
    }
    assert line == "the head of the log was not exported: FileNotFoundError"
    assert str(tmp_path) not in caplog.text


def test_serving_exports_only_where_it_is_told_to(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Idempotency keys are purged and sketches made always, webhooks are delivered unless others do it.
    assert len(background_tasks(db, from_environment())) == 3
    monkeypatch.setenv("GATEPROOF_DELIVER", "no")
    assert len(background_tasks(db, from_environment())) == 2
    monkeypatch.setenv("GATEPROOF_HEADS_FILE", str(tmp_path / "heads"))
    settings = from_environment()
    assert (settings.heads_file, settings.heads_every) == (tmp_path / "heads", 60)
    assert len(background_tasks(db, settings)) == 3
    monkeypatch.setenv("GATEPROOF_HEADS_EVERY", "5")
    assert from_environment().heads_every == 5
