"""What is kept of a concept's facts is what folding its events anew gives, for as long as it stands."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, text

from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.verdict.readiness import prepare, verdict
from service.store.derived import case_as_text, case_from_text, facts_as_text
from service.store.derived.case_from_text import Judge
from service.store.derived.snapshots import FoundCase, find, find_case, folded
from service.store.nouns import concepts
from service.store.reading.history import history
from service.store.sql.engine import Database
from service.store.sql.keyring import new_key, parse
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import facts_held, labels, pinned
from service.usecases.verdicts.polling import Unkept, keep_folded, poll
from tests.conftest import FixedClock
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


def held(db: Database) -> Facts:
    with db.reading() as connection:
        return facts_held(connection, row_of(db), row_of(db).last_position)


def kept(db: Database) -> FoundCase | None:
    row = row_of(db)
    with db.reading() as connection:
        judged_by = pinned(db, connection, row)
        judge = Judge(judged_by.process, judged_by.ref, lambda _: {})
        return find_case(connection, row, row.last_position, judge)


def unkept_now(db: Database) -> Unkept:
    """What a poll would keep that found nothing kept."""
    row, facts = row_of(db), anew(db)
    with db.reading() as connection:
        judged_by = pinned(db, connection, row)
        case = prepare(judged_by.process, judged_by.ref, None, facts, labels(connection, judged_by, facts))
    return Unkept(row.id, row.last_position, facts, case, judged_by.process)


def keep_now(db: Database) -> None:
    keep_folded(db, unkept_now(db))


def test_facts_written_out_are_read_back_as_they_were(example: Database) -> None:
    with example.reading() as connection:
        keys = connection.execute(select(concepts.concepts.c.key)).scalars().all()
        every = [gather(history(connection, concepts.on_its_way(connection, key))) for key in keys]
    assert len(every) > 5
    for facts in every:
        assert facts is not None
        statements = {key: each.statement for key, each in facts.decisions.items()}
        assert facts_as_text.read(facts_as_text.write(facts), statements) == facts


def test_a_case_written_out_gives_the_same_verdicts_once_it_is_read_back(example: Database) -> None:
    with example.reading() as connection:
        keys = connection.execute(select(concepts.concepts.c.key)).scalars().all()
        for key in keys:
            row = concepts.on_its_way(connection, key)
            assert row is not None
            judged_by, facts = pinned(example, connection, row), gather(history(connection, row))
            assert facts is not None
            themed = labels(connection, judged_by, facts)
            case = prepare(judged_by.process, judged_by.ref, None, facts, themed)
            if not case_as_text.is_written(case):
                continue
            written = case_as_text.write(case, judged_by.process)
            statements = {name: each.statement for name, each in facts.decisions.items()}
            judge = Judge(judged_by.process, judged_by.ref, lambda _, themed=themed: themed)
            again = case_from_text.read(written, statements, judge)
            for days in (-1000, -100, -10, 0, 10, 100, 1000):
                as_of = facts.latest + timedelta(days=days)
                assert verdict(again, as_of) == verdict(case, as_of)


def test_a_case_stands_until_something_that_matters_is_recorded(told: Gateproof, db: Database) -> None:
    assert kept(db) is None
    keep_now(db)
    assert kept(db)

    told.post("/people", {"key": "somebody", "name": "Somebody", "function": "sales"})
    assert kept(db)

    told.cite(told.talk(), "problem")
    assert kept(db) is None


def test_facts_carry_on_with_what_is_recorded_since(
    told: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.talk()
    keep_now(db)
    told.cite(told.talk(), "problem")
    told.restate("problem", "Something else that we hold")
    assert told.review("G1", "hold")["accepted"]
    expected = anew(db)

    def refuse(*_: object) -> None:
        raise AssertionError("folded anew")

    monkeypatch.setattr("service.usecases.verdicts.cases.gather", refuse)
    assert held(db) == expected


def test_after_a_go_facts_let_go_of_what_nobody_cited(
    told: Gateproof, db: Database, clock: FixedClock
) -> None:
    talk = told.talk()
    keep_now(db)
    assert talk in held(db).conversations
    clock.move(hours=1)
    assert told.review("G1", "go")["accepted"]
    assert talk not in held(db).conversations
    assert held(db) == anew(db)


def test_a_recycle_brings_back_what_nobody_cited(told: Gateproof, db: Database, clock: FixedClock) -> None:
    talk = told.talk()
    clock.move(hours=1)
    assert told.review("G1", "go")["accepted"]
    keep_now(db)
    assert talk not in held(db).conversations
    assert told.review("G2", "recycle", to="G1")["accepted"]
    assert talk in held(db).conversations
    assert held(db) == anew(db)


def test_a_citation_of_anothers_talk_is_read_anew(told: Gateproof, db: Database) -> None:
    told.post("/people", {"key": "somebody-else", "name": "Somebody else", "function": "sales"})
    talk = told.talk(attendees=["somebody-else"])
    keep_now(db)
    told.cite(talk, "problem")
    assert held(db) == anew(db)


def test_of_two_the_later_stays(told: Gateproof, db: Database) -> None:
    earlier = unkept_now(db)
    told.cite(told.talk(), "problem")
    keep_now(db)
    keep_folded(db, earlier)
    assert kept(db)


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


def a_criterion(told: Gateproof) -> str:
    """One that can be waived."""
    entries = [each for decision in told.readiness()["decisions"] for each in decision["criteria"]]
    found: str = next(each["id"] for each in entries if each["waivable"])
    return found


def test_a_case_with_a_waiver_is_not_kept_and_its_facts_are(told: Gateproof, db: Database) -> None:
    told.approve(told.request(a_criterion(told)))
    keep_now(db)
    assert kept(db) is None
    assert held(db) == anew(db)


def test_another_release_folds_anew(told: Gateproof, db: Database) -> None:
    keep_now(db)
    with db.writing() as tx:
        tx.execute(text("UPDATE folded SET form = 'another'"))
    assert kept(db) is None
    assert held(db) == anew(db)


def test_what_was_kept_long_ago_is_kept_anew(
    told: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_now(db)
    told.concept("another", primary_segment="smb")
    monkeypatch.setattr("service.usecases.verdicts.cases.LATE", 1)
    caller = Caller("admin", told.clock)
    unkept = poll(db, caller, KEY, None).unkept
    assert unkept is not None
    assert unkept[:3] == (row_of(db).id, row_of(db).last_position, anew(db))
    keep_folded(db, unkept)
    assert poll(db, caller, KEY, None).unkept is None
