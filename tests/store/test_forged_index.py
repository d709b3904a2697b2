"""Rows that somebody put into the readiness index: whatever is changed in them is found, and not shown."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, text, update

from service.store.derived import forged
from service.store.derived.followers import followers as cursors
from service.store.derived.readiness_index import readiness_index as index
from service.store.key_rotation import rewrap
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.usecases.verification.verify import verify
from tests.conftest import KEY, FixedClock, World
from tests.gateproof import Body, Gateproof

CENTURY = 100 * 366 * 86_400_000_000
ENTRY = '{"concept": "tariff-radar", "verdict": "ready", "ready": true, "blocking": []}'
FORGERIES: dict[str, dict[str, Any]] = {
    "key": {"key": "another"},
    "portfolio": {"portfolio": "water"},
    "process_key": {"process_key": "starter"},
    "gate": {"gate": "G5"},
    "no gate": {"gate": None},
    "verdict": {"verdict": "ready"},
    "expires_at": {"expires_at": CENTURY},
    "entry": {"entry": ENTRY},
    "position": {"position": 10_000},
    "holds_until": {"holds_until": 2 * CENTURY},
    "due_at": {"due_at": 300 * CENTURY},
    "code": {"code": "0" * 64},
    "no code": {"code": None},
    "all of it": {"verdict": "ready", "entry": ENTRY, "holds_until": 2 * CENTURY, "due_at": 2 * CENTURY},
}


@pytest.fixture
def starting_state() -> World:
    return ready_and_blocked


def ready_and_blocked(gateproof: Gateproof, _: FixedClock) -> None:
    """One that is ready, in a portfolio of its own beside one that is blocked."""
    gateproof.begin()
    gateproof.ready_at_g1()
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.concept("blocked-there", portfolio="water")


def page(gateproof: Gateproof) -> Body:
    return {**gateproof.get("/readiness"), "as_of": None}


def forge(db: Database, table: Table, values: dict[str, Any]) -> None:
    with db.writing() as tx:
        tx.execute(update(table).values(values))


def forged_tables(db: Database) -> set[str]:
    """The tables in which something is not as it was written."""
    with db.reading() as connection:
        return {each.table for each in forged.every(connection)}


@pytest.mark.parametrize("values", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_page_shows_no_row_that_was_changed(
    gateproof: Gateproof, db: Database, values: dict[str, Any]
) -> None:
    honest = page(gateproof)
    assert forged_tables(db) == set()
    forge(db, index, values)
    assert index.name in forged_tables(db)
    assert page(gateproof) == honest
    assert forged_tables(db) == set()


def test_a_row_of_another_concept_says_nothing(gateproof: Gateproof, db: Database) -> None:
    honest = page(gateproof)
    with db.writing() as tx:
        row = tx.execute(select(index).where(index.c.verdict == "ready")).one()._asdict()
        mine = index.c.verdict == "blocked"
        tx.execute(update(index).where(mine).values({**row, "concept": index.c.concept}))
    assert page(gateproof) == honest


ANEW = {"verdict": None, "code": None, "due_at": 0}
"""As a row that is not worked out yet."""
PLANTED = {
    "in another portfolio": {"portfolio": "energy", **ANEW},
    "under another key": {"key": "another", **ANEW},
}


@pytest.mark.parametrize("values", PLANTED.values(), ids=PLANTED.keys())
def test_nothing_planted_is_vouched_for(gateproof: Gateproof, db: Database, values: dict[str, Any]) -> None:
    honest = page(gateproof)
    here = {**gateproof.get("/readiness", portfolio="energy"), "as_of": None}
    with db.writing() as tx:
        tx.execute(update(index).where(index.c.verdict == "blocked").values(values))
    assert {**gateproof.get("/readiness", portfolio="energy"), "as_of": None} == here
    assert page(gateproof)["items"] == honest["items"]


def test_a_row_of_no_concept_goes(gateproof: Gateproof, db: Database) -> None:
    honest = page(gateproof)
    with db.writing() as tx:
        row = tx.execute(select(index).where(index.c.verdict == "ready")).one()._asdict()
        tx.execute(insert(index).values({**row, "concept": "cpt_none", "due_at": 0}))
    assert page(gateproof) == honest
    assert forged_tables(db) == set()


def test_counts_are_right_again_once_a_forged_row_was_seen(gateproof: Gateproof, db: Database) -> None:
    honest = page(gateproof)
    forge(db, index, {"verdict": "ready"})
    blocked = {**gateproof.get("/readiness", verdict="blocked"), "as_of": None}
    assert blocked["counts"] == honest["counts"]
    assert page(gateproof) == honest
    gateproof.concept("third", process="starter")
    assert page(gateproof)["counts"] == {**honest["counts"], "blocked": 2}


CURSORS: dict[str, dict[str, Any]] = {
    "position": {"position": 10_000},
    "at": {"at": CENTURY},
    "generation": {"generation": 99},
    "state": {"state": "[]"},
    "code": {"code": ""},
}


@pytest.mark.parametrize("values", CURSORS.values(), ids=CURSORS.keys())
def test_a_cursor_that_was_changed_hides_no_event_from_the_page(
    gateproof: Gateproof, db: Database, values: dict[str, Any]
) -> None:
    page(gateproof)
    gateproof.withdraw(gateproof.get("/concepts/tariff-radar/citations")["items"][0]["id"])
    forge(db, cursors, values)
    assert forged_tables(db) == {cursors.name}
    assert page(gateproof)["counts"] == {"ready": 0, "waived": 0, "blocked": 2, "not_evaluable": 0}
    assert gateproof.get("/readiness")["as_of"] < "2027"
    assert forged_tables(db) == set()


def test_a_verdict_is_not_moved_by_what_the_index_is_made_to_say(gateproof: Gateproof, db: Database) -> None:
    body = {"key": "starter", "version": 1, "verdict": "ready"}
    honest = gateproof.post("/processes/stage-gate/moves/preview", body, 200)
    page(gateproof)
    forge(db, index, {"verdict": "ready"})
    assert {**gateproof.post("/processes/stage-gate/moves/preview", body, 200), "as_of": None} == {
        **honest,
        "as_of": None,
    }


def test_codes_hold_under_a_new_key(gateproof: Gateproof, database_url: str) -> None:
    page(gateproof)
    both = Database(database_url, Keyring([bytes(reversed(KEY)), KEY]))
    rewrap(both)
    both.close()
    later = Database(database_url, Keyring([bytes(reversed(KEY))]))
    assert forged_tables(later) == set()
    later.close()


def test_a_row_put_back_as_it_once_was_is_found_by_verifying(gateproof: Gateproof, db: Database) -> None:
    page(gateproof)
    with db.reading() as connection:
        row = connection.execute(select(index).where(index.c.verdict == "ready")).one()._asdict()
    gateproof.withdraw(gateproof.get("/concepts/tariff-radar/citations")["items"][0]["id"])
    page(gateproof)
    assert verify(db).ok
    with db.writing() as tx:
        tx.execute(update(index).where(index.c.concept == row["concept"]).values(row))
    found_by = {(each.code, each.table, each.subject) for each in verify(db).findings}
    assert ("DERIVED_ROW_DIFFERS", index.name, row["concept"]) in found_by


def test_a_concept_without_a_row_is_found_where_the_page_cannot(gateproof: Gateproof, db: Database) -> None:
    page(gateproof)
    with db.writing() as tx:
        tx.execute(text("DELETE FROM readiness_index WHERE portfolio = 'water'"))
    assert index.name in forged_tables(db)


NOT_TEXT: dict[str, Callable[[Database], None]] = {
    "bytes": lambda db: forge(db, index, {"entry": text("x'00ff'")}),
    "text for a number": lambda db: forge(db, index, {"due_at": text("'later'")}),
}


@pytest.mark.parametrize("plant", NOT_TEXT.values(), ids=NOT_TEXT.keys())
def test_what_is_of_another_type_is_found_too(
    gateproof: Gateproof, db: Database, plant: Callable[[Database], None]
) -> None:
    """SQLite keeps any value in any column."""
    if not db.is_sqlite:
        pytest.skip("PostgreSQL refuses such values")
    honest = page(gateproof)
    plant(db)
    assert forged_tables(db) != set()
    assert page(gateproof) == honest
