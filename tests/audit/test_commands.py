"""gateproof head, verify and keys rotate-signing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from service.cli import main
from service.store.sql.engine import Database
from tests.audit.tampering import tamper

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """A command on the database; its exit code, and what it wrote."""
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", database_url)

    def done(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        output = capsys.readouterr()
        return code, output.out + output.err

    return done


def test_head_prints_a_signed_head(run: Run) -> None:
    code, output = run("head")
    assert code == 0
    assert json.loads(output)["payloadType"] == "application/vnd.gateproof.audit-head.v1+json"


def test_heads_are_appended_line_by_line_and_verified_against(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    for _ in range(2):
        assert run("head", "--append", str(file)) == (0, "")
        assert run("keys", "rotate-signing")[0] == 0
    assert len(file.read_text().splitlines()) == 2

    code, output = run("verify", "--head", str(file))
    assert code == 0, output
    assert output.endswith("Nothing was found; compared with 2 exported heads.\n")


def test_verify_says_what_it_found_and_fails(run: Run, db: Database) -> None:
    assert run("verify")[0] == 0
    tamper(db, "UPDATE events SET actor = 'somebody-else' WHERE type = 'person.created'")
    code, output = run("verify")
    assert code == 1
    assert "WRONG  organisation" in output
    assert "CHANGED  organisation, position 1: " in output


def test_a_cut_tail_is_found_against_the_file(run: Run, db: Database, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    run("keys", "rotate-signing")
    run("head", "--append", str(file))
    tamper(
        db,
        "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)",
        "UPDATE chains SET seq = seq - 1,"
        " at = (SELECT at FROM events WHERE seq = chains.seq - 1),"
        " digest = (SELECT digest FROM events WHERE seq = chains.seq - 1)",
    )
    assert "TAIL_CUT" not in run("verify")[1]
    code, output = run("verify", "--head", str(file))
    assert (code, "TAIL_CUT  organisation" in output) == (1, True)


def test_what_cannot_be_verified_is_not_called_wrong(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torn").write_text('{"payload": "')
    (tmp_path / "empty").touch()
    for name, why in (("torn", "line 1"), ("empty", "no head in it"), ("absent", "No such file")):
        code, output = run("verify", "--head", str(tmp_path / name))
        assert (code, why in output) == (3, True), output
    monkeypatch.setenv("GATEPROOF_KEY", "AAAA")
    assert run("verify")[0] == 3
    monkeypatch.undo()
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    code, output = run("verify")
    assert (code, "not migrated" in output) == (3, True)


def test_nothing_is_appended_where_nothing_can_be(run: Run, tmp_path: Path) -> None:
    code, output = run("head", "--append", str(tmp_path / "no" / "such" / "folder"))
    assert (code, "No such file" in output) == (3, True)
