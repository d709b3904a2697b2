"""gateproof export and import: nothing is lost or altered, between both databases, whatever the key."""

import json
import stat
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service.api.app import create_app
from service.cli import main
from service.delivery.targets import Targets
from service.delivery.worker import Worker
from service.store import dump
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.store.sql.migrating import migrate
from service.store.tables import metadata
from service.store.words.contents import contents
from service.usecases.operations.dump import NotImported, export, import_lines
from service.usecases.verification.verify import verify
from tests.client import Client
from tests.conftest import OTHER_KEY, TOKEN, FixedClock, World
from tests.gateproof import Gateproof
from tests.worlds import WORDS, all_that_can_be_written

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(params=["same", "other"])
def target(
    request: pytest.FixtureRequest, database_url: str, database_of: Callable[[str, str], str]
) -> Iterator[Database]:
    """A database that is migrated and empty, under another key; of the same kind as the first, or not."""
    is_sqlite = database_url.startswith("sqlite") == (request.param == "same")
    kind = "sqlite" if is_sqlite else "postgresql"
    made = Database(database_of(kind, "migrated under another key"), Keyring([OTHER_KEY]))
    yield made
    made.close()


@pytest.fixture
def starting_state() -> World:
    return all_that_can_be_written


@pytest.fixture
def full(db: Database, clock: FixedClock) -> Database:
    """A database in which everything happened that can be written, and a delivery was tried."""
    anyio.run(Worker(db, clock, Targets(resolve=_nobody)).run_until_idle)
    return db


async def _nobody(_: str, __: int) -> Sequence[str]:
    return ()


def everything(client: TestClient) -> dict[str, Any]:
    """What the API says of it all."""
    answers = {
        path: client.get(f"/v1/{path}").json() for path in ("portfolios", "people", "tokens", "concepts")
    }
    answers["events"] = client.get("/v1/events?limit=200").json()
    for concept in answers["concepts"]["items"]:
        key = concept["key"]
        for path in ("readiness", "decisions", "citations", "reviews", "waivers", "approvals"):
            answers[f"{key}/{path}"] = client.get(f"/v1/concepts/{key}/{path}").json()
        for review in answers[f"{key}/reviews"]["items"]:
            path = f"concepts/{key}/reviews/{review['id']}"
            proofs = [client.get(f"/v1/{path}/{what}") for what in ("replay", "attestation")]
            answers[path] = [each.status_code == 200 and each.content for each in proofs]
    return answers


def test_there_and_back_everything_is_what_it_was(
    full: Database, target: Database, client: TestClient, clock: FixedClock
) -> None:
    first = list(export(full, opened=True))
    rows = import_lines(target, first)

    assert rows == len(first) - 2
    assert list(export(target, opened=True)) == first
    assert verify(target).ok
    with Client(create_app(target, clock), headers=HEADERS) as moved:
        was, now = everything(client), everything(moved)
        assert [name for name in was if was[name] != now[name]] == []
        replayed, attested = zip(*(now[name] for name in now if "/reviews/" in name), strict=True)
        assert {json.loads(text)["identical"] for text in replayed if text} == {True}
        assert [bool(envelope) for envelope in attested].count(True) == 2


def test_the_log_goes_on_where_it_was(full: Database, target: Database, clock: FixedClock) -> None:
    import_lines(target, export(full, opened=True))
    clock.move(days=1)
    with Client(create_app(target, clock), headers=HEADERS) as client:
        gateproof = Gateproof(client, clock)
        gateproof.post("/portfolios", {"key": "new", "name": "New"})
        gateproof.post("/customers", {"key": "c", "portfolio": "new", "segment": "s", "relationship": "lost"})
        assert gateproof.get("/readiness")["counts"]
    assert verify(target).ok
    again = list(export(target, opened=True))
    assert [line for line in again if b'"key":"new"' in line]


def test_words_are_sealed_again_with_the_other_key(full: Database, target: Database) -> None:
    lines = list(export(full, opened=True))
    assert sum(WORDS.encode() in line for line in lines) > 10
    assert all(WORDS.encode() not in line or b'"table":"contents"' in line for line in lines)
    import_lines(target, lines)
    with target.reading() as connection:
        rows = connection.execute(select(contents.c.wrapped_key, contents.c.sealed)).all()
    assert rows
    assert all(row.wrapped_key.startswith(f"{target.keyring.current}.") for row in rows)
    assert WORDS not in str(rows)


def test_every_table_is_carried_or_worked_out_anew(full: Database) -> None:
    assert {*dump.TABLES, *dump.CACHES, *dump.TRANSIENT} == set(metadata.tables.values())
    with full.reading() as connection:
        empty = {
            table.name
            for table in dump.TABLES
            if not connection.execute(select(func.count()).select_from(table)).scalar()
        }
    assert empty <= {"seen_ids", "idempotency_keys"}


def test_it_is_of_one_instant_whoever_writes_meanwhile(
    full: Database, target: Database, gateproof: Gateproof, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "BATCH", 2)
    lines = export(full, opened=True)
    begun = [next(lines) for _ in range(3)]
    gateproof.post("/people", {"key": "late", "name": "Late", "function": "product"})
    whole = [*begun, *lines]
    assert not any(b'"late"' in line for line in whole)
    import_lines(target, whole)
    assert verify(target).ok
    assert any(b'"late"' in line for line in export(full, opened=True))


def test_sealed_it_needs_the_same_key(
    full: Database, target: Database, new_database: Callable[[str], str]
) -> None:
    lines = list(export(full, opened=False))
    assert WORDS.encode() not in b"".join(lines)
    with pytest.raises(NotImported, match="the key it was sealed with"):
        import_lines(target, lines)
    with target.reading() as connection:
        assert dump.is_empty(connection)
    alike = Database(new_database("empty"), full.keyring)
    migrate(alike)
    import_lines(alike, lines)
    assert list(export(alike, opened=False)) == lines
    assert verify(alike).ok
    alike.close()


def _without(lines: list[bytes], word: bytes) -> list[bytes]:
    return [line for line in lines if word not in line]


DAMAGES: list[tuple[Callable[[list[bytes]], list[bytes]], str]] = [
    (lambda lines: lines[:-1], "cut off"),
    (lambda lines: lines[: len(lines) // 2], "cut off"),
    (lambda lines: [*lines[:5], *lines[6:]], "not as it was written"),
    (lambda lines: [*lines, lines[-2]], "not as it was written"),
    (lambda lines: [lines[0], *_without(lines[1:], b"chains")], "refuses it|not as it was written"),
    (
        lambda lines: [line.replace(WORDS.encode(), b"Other words") for line in lines],
        "not as it was written",
    ),
    (lambda lines: [*lines[:5], b"no json\n", *lines[5:]], "not what an export writes"),
    (
        lambda lines: [*lines[:5], b'{"table":"ghosts","row":{}}\n', *lines[5:]],
        "not what an export writes",
    ),
    (
        lambda lines: [*lines[:5], b'{"table":"people","row":{"key":"x"}}\n', *lines[5:]],
        "not what an export",
    ),
    (lambda lines: [lines[0], lines[1], lines[1], *lines[2:]], "refuses it|not what an export writes"),
    (lambda lines: [lines[0].replace(b'"version":1', b'"version":2'), *lines[1:]], "can read"),
    (lambda lines: [lines[0].replace(b'"revision":"', b'"revision":"x'), *lines[1:]], "then migrate"),
    (lambda lines: lines[1:], "can read"),
    (lambda _: [], "can read"),
]


def test_what_is_not_as_it_was_written_is_refused_whole(full: Database, target: Database) -> None:
    lines = list(export(full, opened=True))
    for damage, word in DAMAGES:
        with pytest.raises(NotImported, match=word) as refused:
            import_lines(target, damage(lines))
        assert WORDS not in str(refused.value)
        with target.reading() as connection:
            assert dump.is_empty(connection)
    import_lines(target, lines)


def test_nothing_is_imported_beside_anything(full: Database, db: Database) -> None:
    before = list(export(db, opened=True))
    with pytest.raises(NotImported, match="not empty"):
        import_lines(db, before)
    assert list(export(db, opened=True)) == before


# --- the commands -----------------------------------------------------------------------------


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", database_url)


@pytest.mark.usefixtures("_environment")
def test_in_the_command_line(
    full: Database,
    target: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, piped = tmp_path / "all.jsonl", tmp_path / "piped"
    assert main(["export", str(file)]) == 0
    output = capsys.readouterr()
    assert (output.out, "customers' words" in output.err) == ("", True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [json.loads(line) for line in file.read_text().splitlines()][-1]["end"]["rows"] > 100
    assert main(["export", str(file)]) == 3
    assert "is not written over" in capsys.readouterr().err
    out = TextIOWrapper(BytesIO())
    monkeypatch.setattr("sys.stdout", out)
    assert main(["export", "-"]) == 0
    piped.write_bytes(out.buffer.getvalue())  # type: ignore[attr-defined]
    monkeypatch.undo()
    assert piped.read_bytes() == file.read_bytes()

    monkeypatch.setenv("GATEPROOF_DATABASE_URL", target.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GATEPROOF_KEY", b64encode(OTHER_KEY).decode())
    assert main(["import", str(tmp_path / "absent")]) == 3
    (tmp_path / "torn").write_bytes(file.read_bytes()[:5000])
    assert main(["import", str(tmp_path / "torn")]) == 3
    assert WORDS not in "".join(capsys.readouterr())
    assert main(["import", str(file)]) == 0
    assert "Nothing was found" in capsys.readouterr().out
    assert main(["import", str(file)]) == 3
    assert main(["verify"]) == 0


@pytest.mark.usefixtures("_environment")
def test_a_damaged_database_leaves_no_file(
    full: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with full.writing() as tx:
        tx.execute(contents.update().values(wrapped_key="00000000.QUJD"))
    assert main(["export", str(tmp_path / "new" / "x")]) == 3
    folder = tmp_path / "folder"
    folder.mkdir()
    assert main(["export", str(folder / "all")]) == 3
    assert "key 00000000 is not at hand" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
