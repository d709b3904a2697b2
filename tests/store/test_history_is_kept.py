"""What happened is not rewritten: the database itself refuses, whoever asks."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.store.sql.engine import Database
from tests.conftest import FixedClock, World
from tests.gateproof import Gateproof

HISTORY = {
    "answers": "answered_by",
    "approvals": "given_by",
    "contents": "sealed",
    "disconfirmation_notes": "signed_by",
    "events": "actor",
    "outcome_evidence": "conversation",
    "outcomes": "given_by",
    "process_versions": "document",
    "reviews": "readiness",
    "waiver_rulings": "ruled_by",
    "waivers": "owed_by",
}


@pytest.fixture
def starting_state() -> World:
    return lived


def lived(gateproof: Gateproof, _: FixedClock) -> None:
    """Every history table has rows."""
    gateproof.begin()
    gateproof.state("problem")
    citation = gateproof.cite(gateproof.talk(), "problem", "contradicts")["id"]
    gateproof.answer(citation, "We build for those without a buyer.")
    note = {"gate": "G2", "note": "Asked three strangers."}
    gateproof.post("/concepts/tariff-radar/disconfirmation-notes", note)
    gateproof.reject(gateproof.request("g1-problem-customers"))
    gateproof.vote("G1", "no_go")
    gateproof.review("G1", "go", status=409)
    gateproof.launch()
    gateproof.judge("problem", "held")


def refused(db: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="history is not rewritten"), db.writing() as tx:
        tx.execute(text(statement))


def rows(db: Database, table: str) -> list[tuple[object, ...]]:
    with db.reading() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]


@pytest.mark.parametrize("table", HISTORY)
def test_rows_are_neither_changed_nor_removed(db: Database, table: str) -> None:
    before = rows(db, table)
    assert before
    column = HISTORY[table]

    refused(db, f"UPDATE {table} SET {column} = 'other'")
    refused(db, f"DELETE FROM {table}")
    if db.is_sqlite:
        refused(db, f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
        refused(db, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
    else:
        refused(db, f"TRUNCATE {table} CASCADE")
    key = "chain, seq" if table == "events" else _key(table)
    refused(
        db,
        f"INSERT INTO {table} SELECT * FROM {table} WHERE true"
        f" ON CONFLICT ({key}) DO UPDATE SET {column} = 'other'",
    )

    assert rows(db, table) == before


def _key(table: str) -> str:
    return {
        "answers": "citation, version",
        "outcome_evidence": "outcome, conversation",
        "process_versions": "key, version",
        "waiver_rulings": "waiver, ruling",
    }.get(table, "id")
