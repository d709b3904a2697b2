"""What is kept of a concept's facts is what folding its events anew gives, for as long as it stands."""

from typing import Any

import pytest
from sqlalchemy import Row, select, text

from service.domain.facts import Facts
from service.domain.gather import gather
from service.store import concepts
from service.store.engine import Database
from service.store.facts_as_text import read, write
from service.store.folded import find, folded, keep
from service.store.history import history
from service.store.keyring import new_key, parse
from service.usecases.polling import keep_folded, poll
from service.usecases.work import Caller
from tests.gateproof import Gateproof

KEY = "tariff-radar"


@pytest.fixture
def told(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.ready_at_g1()
    return gateproof


def row_of(db: Database) -> Row[Any]:
    with db.reading() as connection:
        found = concepts.on_its_way(connection, KEY)
    assert found is not None
    return found


def anew(db: Database) -> Facts:
    with db.reading() as connection:
        facts = gather(history(connection, row_of(db)))
    assert facts is not None
    return facts


def kept(db: Database) -> Facts | None:
    with db.reading() as connection:
        found = find(connection, row_of(db), row_of(db).last_position)
    return found.facts if found else None


def keep_now(db: Database) -> None:
    row, facts = row_of(db), anew(db)
    with db.writing() as tx:
        keep(tx, row.id, row.last_position, facts)


def test_facts_written_out_are_read_back_as_they_were(example: Database) -> None:
    with example.reading() as connection:
        keys = connection.execute(select(concepts.concepts.c.key)).scalars().all()
        every = [gather(history(connection, concepts.on_its_way(connection, key))) for key in keys]
    assert len(every) > 5
    for facts in every:
        assert facts is not None
        assert read(*write(facts)) == facts


def test_it_stands_until_something_that_matters_is_recorded(told: Gateproof, db: Database) -> None:
    assert kept(db) is None
    keep_now(db)
    assert kept(db) == anew(db)

    told.post("/people", {"key": "somebody", "name": "Somebody", "function": "sales"})
    assert kept(db) == anew(db)

    told.cite(told.talk(), "problem")
    assert kept(db) is None


def test_of_two_the_later_stays(told: Gateproof, db: Database) -> None:
    row, facts = row_of(db), anew(db)
    told.cite(told.talk(), "problem")
    keep_now(db)
    with db.writing() as tx:
        keep(tx, row.id, row.last_position, facts)
    assert kept(db) == anew(db)


def test_statements_are_sealed(told: Gateproof, db: Database) -> None:
    keep_now(db)
    statement = next(each.statement for each in anew(db).decisions.values())
    with db.reading() as connection:
        rows = str(connection.execute(select(folded)).all())
    assert statement is not None
    assert statement not in rows


def test_under_another_key_it_is_as_if_there_were_none(told: Gateproof, db: Database) -> None:
    keep_now(db)
    url = db.engine.url.render_as_string(hide_password=False)
    other = Database(url, parse(new_key()))
    with other.reading() as connection:
        assert find(connection, row_of(db), row_of(db).last_position) is None
    other.close()


def test_another_release_folds_anew(told: Gateproof, db: Database) -> None:
    keep_now(db)
    with db.writing() as tx:
        tx.execute(text("UPDATE folded SET form = 'another'"))
    assert kept(db) is None


def test_what_was_kept_long_ago_is_kept_anew(
    told: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_now(db)
    told.concept("another", primary_segment="smb")
    monkeypatch.setattr("service.usecases.verdicts.LATE", 1)
    caller = Caller("admin", told.clock)
    unkept = poll(db, caller, KEY, None).unkept
    assert unkept is not None
    assert unkept == (row_of(db).id, row_of(db).last_position, anew(db))
    keep_folded(db, unkept)
    assert poll(db, caller, KEY, None).unkept is None
