"""After an erasure nobody finds what was said: not in tables, not in files, not in the memory kept here."""

import gc
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, text

from service.domain.criteria.filters import Scope
from service.domain.verdict.case import Case
from service.store.sql.cleaning import clean
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.store.tables import metadata
from service.store.words.contents import contents, erased, store
from service.store.words.tombstones import erase as forget
from tests.conftest import START, FixedClock, World, begins_with
from tests.contract.story import ONE_GATE
from tests.gateproof import SUMMARY, Gateproof, summary
from tests.store.watching import watched

CANARY = f"canary-{uuid4().hex}"
CONCEPT = "/concepts/tariff-radar"
OTHERS = 40
"""Enough for the tables to spread over many pages, among which rows are moved."""


@pytest.fixture
def starting_state() -> World:
    return spoken


def spoken(gateproof: Gateproof, _: FixedClock) -> None:
    """A canary wherever a customer's words may stand, among the words of others."""
    yaml = {"Content-Type": "application/yaml"}
    gateproof.client.put("/v1/processes/one-gate", content=ONE_GATE, headers=yaml)
    gateproof.begin("one-gate")
    gateproof.state("problem")
    gateproof.customer("acme", name=f"{CANARY} name")
    renamed = {"name": f"{CANARY} other name", "reason": f"{CANARY} reason"}
    gateproof.patch("/customers/acme", renamed, **{"If-Match": '"1"'})
    for n in range(OTHERS):
        gateproof.talk(summary=f"Other {n}. {summary(n)}")
        if n % 10 == 0:
            _tell(gateproof)


def _tell(gateproof: Gateproof) -> None:
    body: dict[str, Any] = {
        "participants": [{"ref": "p1", "role": f"{CANARY} role", "colleague": False}],
        "summary": f"{CANARY} summary. {SUMMARY}",
        "quotes": [{"text": f"{CANARY} quote", "participant": "p1"}],
        "themes": [f"{CANARY} theme"],
        "commitments": [{"kind": "time", "text": f"{CANARY} commitment"}],
        "past_spend": f"{CANARY} spent",
        "external": [{"system": "notes", "id": f"{CANARY} id {gateproof.talks}"}],
    }
    talk = gateproof.talk("acme", **body)
    shaped = {"effect": "changed", "from": f"{CANARY} from", "to": f"{CANARY} to", "note": f"{CANARY} note"}
    cited = {"shaped": shaped, "excerpt": f"{CANARY} excerpt"}
    gateproof.cite(talk, "problem", **cited)
    against = gateproof.cite(talk, "problem", "contradicts", **cited)["id"]
    gateproof.answer(against, f"{CANARY} answer {talk}")
    gateproof.post(f"{CONCEPT}/citations/{against}/withdraw", {"reason": f"{CANARY} mistake"}, 200)
    gateproof.consent(talk, "quote_publicly", f"{CANARY} consent")
    gateproof.readiness()
    gateproof.review("G1", "hold")
    gateproof.post(f"/conversations/{talk}/withdraw", {"reason": f"{CANARY} withdrawal"}, 200)


def erase(gateproof: Gateproof, db: Database) -> Any:
    analyse(db)
    return gateproof.post("/customers/acme/erase", {"reason": "Asked for by letter"}, 200)


def analyse(db: Database) -> None:
    """As autovacuum does now and again, and as an operator may at any time."""
    with db.reading() as connection:
        connection.execute(text("ANALYZE"))


def wrapped_keys(db: Database) -> dict[str, str]:
    with db.reading() as connection:
        return {row.id: row.wrapped_key for row in connection.execute(select(contents))}


def keys_of_the_erased(db: Database, before: dict[str, str]) -> list[bytes]:
    with db.reading() as connection:
        return [before[id].encode() for id in connection.execute(select(erased.c.content)).scalars()]


def files(db: Database) -> Iterator[Path]:
    """Every file of the database; of PostgreSQL, of the whole server, as it is on disk."""
    if db.is_sqlite:
        path = Path(str(db.engine.url.database))
        yield from path.parent.glob(f"{path.name}*")
        return
    with db.reading() as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
    yield from (path for path in folder.rglob("*") if path.is_file())


def outside_the_log_of_writes(db: Database) -> Iterator[Path]:
    """PostgreSQL's own is as a backup: docs/privacy.md says how to make both mute."""
    return (path for path in files(db) if path.parent.name != "pg_wal")


def files_with(paths: Iterator[Path], *wanted: bytes) -> set[str]:
    """The files in which any of this stands."""
    return {path.name for path in paths if _stands_in(path, wanted)}


def _stands_in(path: Path, wanted: tuple[bytes, ...]) -> bool:
    raw = path.read_bytes()
    return any(each in raw for each in wanted)


@begins_with("prepared")
def test_no_file_of_the_database_holds_a_word_or_the_key_to_one(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    """Told in this database only: of PostgreSQL's server all files are read, so those of a template too."""
    spoken(gateproof, clock)
    before = wrapped_keys(db)
    assert erase(gateproof, db)["cleaned"]
    keys = keys_of_the_erased(db, before)
    assert len(keys) > 20
    assert files_with(files(db), *before_and_still_there(db, before))

    assert files_with(outside_the_log_of_writes(db), *keys) == set()
    assert files_with(files(db), CANARY.encode(), CANARY.encode("utf-16-le")) == set()
    db.close()
    if db.is_sqlite:
        assert files_with(files(db), *keys, CANARY.encode()) == set()


@begins_with("prepared")
@pytest.mark.parametrize("seed", [4, 5])
def test_nor_a_copy_that_stayed_behind_when_rows_were_moved_among_pages(db: Database, seed: int) -> None:
    """Sizes by which SQLite leaves the key to an erased row in a page that the row was moved from."""
    chance = Random(seed)
    with db.writing() as tx:
        ids = [store(tx, {"summary": "x" * chance.randint(1, 1200)}, START).id for _ in range(400)]
    keys = wrapped_keys(db)
    chance.shuffle(ids)
    for some in (ids[at : at + 80] for at in range(0, 400, 80)):
        analyse(db)
        with db.writing() as tx:
            forget(tx, dict.fromkeys(some, "cnv_1"), START)
        assert clean(db)
        assert files_with(outside_the_log_of_writes(db), *(keys[id].encode() for id in some)) == set()


@begins_with("prepared")
def test_a_file_in_which_an_earlier_release_deleted_rows_is_written_anew_once(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL writes tables anew")
    migrate(db, "0018")
    keys = [key for seed in range(6) for key in _keys_of_deleted_rows(db, Random(seed))]
    with db.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert files_with(files(db), *keys)
    migrate(db)
    for _ in range(2):
        with watched(db) as seen:
            assert clean(db)
        assert files_with(files(db), *keys) == set()
    assert "VACUUM" not in [sql for sql, _ in seen]


def _keys_of_deleted_rows(db: Database, chance: Random) -> list[bytes]:
    with db.writing() as tx:
        ids = [store(tx, {"summary": "x" * chance.randint(1, 1200)}, START).id for _ in range(400)]
    keys = wrapped_keys(db)
    going = chance.sample(ids, 300)
    with db.writing() as tx:
        tx.execute(insert(erased), [{"content": id, "stream": "cnv_1", "erased_at": START} for id in going])
        for id in going:
            tx.execute(delete(contents).where(contents.c.id == id))
    return [keys[id].encode() for id in going]


@begins_with("prepared")
def test_nor_do_statistics_hold_a_sample_of_it(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite takes no samples")
    with db.writing() as tx:
        ids = [store(tx, {"summary": f"Talk {n}"}, START).id for n in range(400)]
    keys = wrapped_keys(db)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        samples = str(connection.execute(text("SELECT * FROM pg_stats WHERE schemaname = 'public'")).all())
    assert "content" in samples
    assert not [keys[id] for id in ids if keys[id] in samples]


def before_and_still_there(db: Database, before: dict[str, str]) -> list[bytes]:
    """What shows that looking into files would find something."""
    return [before[id].encode() for id in wrapped_keys(db) if id in before]


def test_no_table_and_no_answer_holds_one(gateproof: Gateproof, db: Database) -> None:
    erase(gateproof, db)
    with db.reading() as connection:
        for table in metadata.sorted_tables:
            assert CANARY not in str(connection.execute(select(table)).all()), table.name
    for path in ("/conversations", "/customers", f"{CONCEPT}/citations", f"{CONCEPT}/reviews", "/events"):
        assert CANARY not in str(gateproof.get(path, limit=200)), path
    assert CANARY not in str(gateproof.readiness())


def test_nor_does_this_process_keep_a_label_between_requests(gateproof: Gateproof) -> None:
    gateproof.cite(gateproof.talk("acme", themes=[f"{CANARY} theme"]), "problem")
    assert f"{CANARY} theme" in str(gateproof.readiness(gate="G1"))
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, Scope | Case) and CANARY in str(each)]


def test_no_key_of_a_request_says_what_was_sent(gateproof: Gateproof, db: Database) -> None:
    body = {"portfolio": "energy", "kind": "survey", "held_at": "2026-11-03T09:00:00Z", "customer": "acme"}
    gateproof.post("/conversations", body | {"summary": "Late."}, **{"Idempotency-Key": "once"})
    with db.reading() as connection:
        (row,) = connection.execute(text("SELECT body_hash FROM idempotency_keys")).all()
    erase(gateproof, db)
    assert row.body_hash
    assert files_with(outside_the_log_of_writes(db), row.body_hash.encode()) == set()


def test_whoever_reads_all_the_while_keeps_it_there_and_that_is_said(
    gateproof: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.sql.cleaning.PATIENCE_SECONDS", 0.1)
    reader = Database(db.engine.url.render_as_string(hide_password=False), db.keyring)
    with reader.engine.connect() as connection:
        begin = "BEGIN" if db.is_sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        connection.exec_driver_sql(begin)
        connection.execute(select(contents)).all()
        assert not erase(gateproof, db)["cleaned"]
        assert gateproof.get("/customers/acme")["name"] is None
        connection.exec_driver_sql("ROLLBACK")
    reader.close()
    assert clean(db)
