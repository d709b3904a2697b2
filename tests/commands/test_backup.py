"""gateproof backup: of one instant, verified, for its owner alone, while the service writes."""

import stat
from pathlib import Path
from threading import Event, Thread

import pytest

from service.cli import main
from service.store.sql.engine import Database
from service.usecases.operations.dump import export
from service.usecases.verification.verify import verify
from tests.audit.tampering import tamper
from tests.conftest import KEYRING
from tests.gateproof import Gateproof


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", database_url)


@pytest.fixture
def sqlite(database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL has its own tools")


def test_on_postgresql_it_says_what_to_use(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite is backed up")
    assert main(["backup", str(tmp_path / "copy")]) == 3
    assert "pg_dump" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()


@pytest.mark.usefixtures("sqlite")
def test_the_copy_is_the_database(gateproof: Gateproof, db: Database, tmp_path: Path) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    path = tmp_path / "copy.db"
    assert main(["backup", str(path)]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if "copy" in each.name] == ["copy.db"]
    copy = Database(f"sqlite:///{path}", KEYRING)
    assert list(export(copy, opened=True)) == list(export(db, opened=True))
    copy.close()


@pytest.mark.usefixtures("sqlite")
def test_while_it_is_written_to(gateproof: Gateproof, db: Database, tmp_path: Path) -> None:
    gateproof.begin()
    stop, written = Event(), []

    def write() -> None:
        while not stop.is_set():
            written.append(gateproof.talk())

    writer = Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert main(["backup", str(tmp_path / f"copy-{number}")]) == 0
    finally:
        stop.set()
        writer.join()
    assert len(written) > 3
    for number in range(3):
        copy = Database(f"sqlite:///{tmp_path / f'copy-{number}'}", KEYRING)
        assert verify(copy).ok
        copy.close()


@pytest.mark.usefixtures("sqlite")
def test_what_is_not_sound_is_not_left_behind(
    gateproof: Gateproof,
    db: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with monkeypatch.context() as here:
        here.setattr("service.store.sql.backup.damages", lambda _: ["row 3 missing from index"])
        assert main(["backup", str(folder / "copy")]) == 1
    tamper(db, "UPDATE events SET actor = 'somebody-else' WHERE type = 'person.created'")
    assert main(["backup", str(folder / "copy")]) == 1
    output = capsys.readouterr().out
    assert "row 3 missing from index" in output
    assert "CHANGED  organisation, position 1" in output
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("sqlite")
def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("taken", "link", "no/such/folder"):
        assert main(["backup", str(tmp_path / name)]) == 3
    assert (tmp_path / "taken").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert "Traceback" not in capsys.readouterr().err
