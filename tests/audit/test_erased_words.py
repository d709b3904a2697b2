"""Words that come back from a backup after their erasure are shown to nobody, found, and removed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from service.store.dump import rows_of, snapshot
from service.store.sql.engine import Database
from service.store.words.contents import contents, is_emptied
from service.usecases.privacy.retention import purge_restored
from service.usecases.unit_of_work import Caller
from service.usecases.verification.verify import verify
from tests.audit.tampering import tamper
from tests.conftest import FixedClock, World
from tests.gateproof import SUMMARY, Gateproof

CANARY = "canary"


@pytest.fixture
def starting_state() -> World:
    return one_of_canaries


def one_of_canaries(gateproof: Gateproof, clock: FixedClock) -> None:
    """One customer whose every word is a canary, among others."""
    gateproof.begin()
    gateproof.customer("acme", name=f"{CANARY} name")
    gateproof.state("problem")
    gateproof.cite(gateproof.talk(), "problem")
    talk = gateproof.talk(
        "acme",
        summary=f"{CANARY} summary. {SUMMARY}",
        participants=[{"ref": "p1", "role": f"{CANARY} role", "colleague": False}],
        quotes=[{"text": f"{CANARY} quote", "participant": "p1"}],
        themes=[f"{CANARY} theme"],
        commitments=[{"kind": "time", "text": f"{CANARY} commitment"}],
    )
    body = {"shaped": {"effect": "confirmed", "note": f"{CANARY} note"}, "excerpt": f"{CANARY} excerpt"}
    against = gateproof.cite(talk, "problem", "contradicts", **body)["id"]
    gateproof.answer(against, f"{CANARY} answer that says something")
    gateproof.revise(talk, f"{CANARY} reason", duration_minutes=31)
    clock.move(hours=1)


@contextmanager
def erased_and_put_back(gateproof: Gateproof, db: Database) -> Iterator[None]:
    """What an older backup of the one table brings back."""
    with db.reading() as connection:
        backup = [row._asdict() for row in connection.execute(select(contents))]
    gateproof.post("/customers/acme/erase", {"reason": "Asked for"}, 200)
    yield
    with db.writing() as tx:
        tx.execute(delete(contents).where(is_emptied))
        known = set(tx.execute(select(contents.c.id)).scalars())
        tx.execute(insert(contents), [row for row in backup if row["id"] not in known])


def everything_shown(gateproof: Gateproof) -> str:
    """Whatever anybody may read of it."""
    concept = "/concepts/tariff-radar"
    paths = [
        "/customers",
        "/customers/acme",
        "/customers/acme/export",
        "/conversations",
        "/themes",
        "/events",
    ]
    paths += [f"{concept}{more}" for more in ("", "/citations", "/decisions", "/readiness", "/reviews")]
    paths += [f"/conversations/{talk['id']}" for talk in gateproof.get("/conversations")["items"]]
    answers = [gateproof.client.get(f"/v1{path}", params={"portfolio": "energy"}) for path in paths]
    return "".join(answer.text for answer in answers if answer.status_code == 200)


def codes(db: Database) -> set[str]:
    return {each.code for each in verify(db).findings}


def again(gateproof: Gateproof, db: Database) -> int:
    return purge_restored(db, Caller("admin", gateproof.clock), None)


def test_they_are_shown_to_nobody_and_found(gateproof: Gateproof, db: Database) -> None:
    assert CANARY in everything_shown(gateproof)
    with erased_and_put_back(gateproof, db):
        assert CANARY not in everything_shown(gateproof)
    assert CANARY not in everything_shown(gateproof)
    with snapshot(db) as connection:
        assert not [row for row in rows_of(connection, contents, opened=True) if CANARY in str(row)]
    assert codes(db) == {"ERASED_WORDS_PRESENT"}
    assert codes(db) == {each.code for each in verify(db, "energy").findings}


def test_purging_removes_them_again(gateproof: Gateproof, db: Database) -> None:
    with erased_and_put_back(gateproof, db):
        assert again(gateproof, db) == 0
    known = gateproof.events()
    assert again(gateproof, db) > 0
    assert verify(db).findings == []
    assert gateproof.events() == known
    assert again(gateproof, db) == 0


def test_erasing_removes_them_again(gateproof: Gateproof, db: Database) -> None:
    with erased_and_put_back(gateproof, db):
        pass
    gateproof.post("/customers/acme/erase", {"reason": "They came back"}, 200)
    again(gateproof, db)
    assert verify(db).findings == []


def test_they_are_found_and_removed_where_their_tombstones_went_too(
    gateproof: Gateproof, db: Database
) -> None:
    with erased_and_put_back(gateproof, db):
        pass
    tamper(db, "DELETE FROM erased")
    assert codes(db) == {"ERASED_WORDS_PRESENT"}
    assert again(gateproof, db) > 0
    assert verify(db).findings == []
    assert CANARY not in everything_shown(gateproof)


def test_what_was_written_after_an_erasure_stays(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    with erased_and_put_back(gateproof, db):
        pass
    clock.move(hours=1)
    body: dict[str, Any] = {"name": "Another name", "reason": "They came back as a customer"}
    answer = gateproof.client.patch("/v1/customers/acme", json=body, headers={"If-Match": '"2"'})
    tamper(db, "DELETE FROM erased")
    again(gateproof, db)
    assert verify(db).findings == []
    if answer.status_code == 200:
        assert gateproof.get("/customers/acme")["name"] == "Another name"


def test_a_tombstone_that_hides_words_which_nobody_erased(gateproof: Gateproof, db: Database) -> None:
    tamper(
        db,
        "INSERT INTO erased (content, stream, erased_at)"
        " SELECT content, stream, at FROM events WHERE type = 'decision.stated'",
    )
    assert codes(db) == {"WORDS_MISSING", "ERASED_WORDS_PRESENT"}
