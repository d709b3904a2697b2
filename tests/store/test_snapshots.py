"""What is kept of a concept's facts is what folding its events anew gives, for as long as it stands."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Row, select, text

from schemas.process import Process
from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.verdict.case import Case
from service.domain.verdict.readiness import prepare, verdict
from service.store.derived.snapshot_codec import decode_case, decode_facts, encode_case, encode_facts
from service.store.derived.snapshots import CaseSnapshot, find_case, find_facts, snapshots
from service.store.nouns import concepts
from service.store.reading.history import history
from service.store.sql.engine import Database
from service.store.sql.keyring import new_key, parse
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import facts_at_head, labels, pinned
from service.usecases.verdicts.polling import PendingSnapshot, poll, save_snapshot
from tests.conftest import FixedClock, World
from tests.gateproof import Gateproof
from tests.worlds import ready_at_g1

KEY = "tariff-radar"


@pytest.fixture
def starting_state() -> World:
    return ready_at_g1


def row_of(db: Database) -> Row[Any]:
    with db.reading() as connection:
        row = concepts.on_its_way(connection, KEY)
    assert row is not None
    return row


def anew(db: Database) -> Facts:
    with db.reading() as connection:
        facts = gather(history(connection, row_of(db)))
    assert facts is not None
    return facts


def held(db: Database) -> Facts:
    with db.reading() as connection:
        return facts_at_head(connection, row_of(db), row_of(db).last_position)


def stored_case(db: Database) -> CaseSnapshot | None:
    row = row_of(db)
    with db.reading() as connection:
        return find_case(connection, row, row.last_position)


def pending_now(db: Database) -> PendingSnapshot:
    """What a poll would keep that found nothing kept."""
    row, facts = row_of(db), anew(db)
    with db.reading() as connection:
        judged_by = pinned(db, connection, row)
        case = prepare(judged_by.process, judged_by.ref, None, facts, labels(connection, judged_by, facts))
    return PendingSnapshot(row.id, row.portfolio, row.last_position, row.last_digest, facts, case)


def keep_now(db: Database) -> None:
    save_snapshot(db, pending_now(db))


def every_case(db: Database) -> Iterator[tuple[Facts, Case, Process]]:
    with db.reading() as connection:
        for key in connection.execute(select(concepts.concepts.c.key)).scalars().all():
            row = concepts.on_its_way(connection, key)
            assert row is not None
            judged_by, facts = pinned(db, connection, row), gather(history(connection, row))
            assert facts is not None
            themed = labels(connection, judged_by, facts)
            yield facts, prepare(judged_by.process, judged_by.ref, None, facts, themed), judged_by.process


def test_facts_are_read_back_as_they_were(example: Database) -> None:
    every = [facts for facts, _, _ in every_case(example)]
    assert len(every) > 5
    for facts in every:
        assert decode_facts(encode_facts(facts)) == facts


def test_a_case_that_is_read_back_gives_the_same_verdicts(example: Database) -> None:
    for facts, case, process in every_case(example):
        again = replace(decode_case(encode_case(case)), labels=case.labels)
        assert again == case
        for days in (-1000, -100, -10, 0, 10, 100, 1000):
            as_of = facts.latest + timedelta(days=days)
            assert verdict(again, process, as_of) == verdict(case, process, as_of)


def test_labels_are_not_written(example: Database) -> None:
    labelled = [case for _, case, _ in every_case(example) if any(case.labels.values())]
    assert labelled
    for case in labelled:
        encoded = encode_case(case)
        assert not any(label.encode() in encoded for label in case.labels.values() if label)


def test_a_case_stands_until_something_that_matters_is_recorded(gateproof: Gateproof, db: Database) -> None:
    assert stored_case(db) is None
    keep_now(db)
    assert stored_case(db)

    gateproof.post("/people", {"key": "somebody", "name": "Somebody", "function": "sales"})
    assert stored_case(db)

    gateproof.cite(gateproof.talk(), "problem")
    assert stored_case(db) is None


def test_facts_carry_on_with_what_is_recorded_since(
    gateproof: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateproof.talk()
    keep_now(db)
    gateproof.cite(gateproof.talk(), "problem")
    gateproof.restate("problem", "Something else that we hold")
    assert gateproof.review("G1", "hold")["accepted"]
    expected = anew(db)

    def refuse(*_: object) -> None:
        raise AssertionError("folded anew")

    monkeypatch.setattr("service.usecases.verdicts.cases.gather", refuse)
    assert held(db) == expected


def test_after_a_go_facts_let_go_of_what_nobody_cited(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    talk = gateproof.talk()
    keep_now(db)
    assert talk in held(db).conversations
    clock.move(hours=1)
    assert gateproof.review("G1", "go")["accepted"]
    assert talk not in held(db).conversations
    assert held(db) == anew(db)


def test_a_recycle_brings_back_what_nobody_cited(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    talk = gateproof.talk()
    clock.move(hours=1)
    assert gateproof.review("G1", "go")["accepted"]
    keep_now(db)
    assert talk not in held(db).conversations
    assert gateproof.review("G2", "recycle", to="G1")["accepted"]
    assert talk in held(db).conversations
    assert held(db) == anew(db)


def test_a_citation_of_anothers_talk_is_read_anew(gateproof: Gateproof, db: Database) -> None:
    gateproof.post("/people", {"key": "somebody-else", "name": "Somebody else", "function": "sales"})
    talk = gateproof.talk(attendees=["somebody-else"])
    keep_now(db)
    gateproof.cite(talk, "problem")
    assert held(db) == anew(db)


def test_of_two_the_later_stays(gateproof: Gateproof, db: Database) -> None:
    earlier = pending_now(db)
    gateproof.cite(gateproof.talk(), "problem")
    keep_now(db)
    save_snapshot(db, earlier)
    assert stored_case(db)


def test_no_word_of_it_stands_in_the_clear(gateproof: Gateproof, db: Database) -> None:
    keep_now(db)
    statement = next(each.statement for each in anew(db).decisions.values())
    with db.reading() as connection:
        rows = str(connection.execute(select(snapshots)).all())
    assert statement is not None
    for word in (statement, KEY, "smb"):
        assert word not in rows


def test_under_another_key_it_is_as_if_there_were_none(gateproof: Gateproof, db: Database) -> None:
    keep_now(db)
    url = db.engine.url.render_as_string(hide_password=False)
    other = Database(url, parse(new_key()))
    with other.reading() as connection:
        assert find_facts(connection, row_of(db), row_of(db).last_position) is None
    other.close()


def a_criterion(gateproof: Gateproof) -> str:
    """One that can be waived."""
    entries = [each for decision in gateproof.readiness()["decisions"] for each in decision["criteria"]]
    criterion: str = next(each["id"] for each in entries if each["waivable"])
    return criterion


def test_a_case_with_a_waiver_is_kept_too(gateproof: Gateproof, db: Database) -> None:
    gateproof.approve(gateproof.request(a_criterion(gateproof)))
    pending = pending_now(db)
    keep_now(db)
    snapshot = stored_case(db)
    assert snapshot is not None
    assert snapshot.case.inputs is not None
    assert snapshot.case.inputs.waivers
    assert snapshot.case == pending.case


def test_a_verdict_by_another_version_does_not_come_from_the_case_of_the_pinned_one(
    gateproof: Gateproof, db: Database
) -> None:
    pinned_by = gateproof.readiness()["process"]
    path = f"/processes/{pinned_by['key']}"
    document = gateproof.get(path)["document"]
    first, *others = document["gates"]
    gateproof.put(path, {**document, "gates": [{**first, "decisions": first["decisions"][1:]}, *others]})
    expected = gateproof.readiness(process_version=pinned_by["version"] + 1)
    keep_now(db)
    assert stored_case(db)
    assert gateproof.readiness(process_version=pinned_by["version"] + 1) == expected


def test_another_release_folds_anew(gateproof: Gateproof, db: Database) -> None:
    keep_now(db)
    with db.writing() as tx:
        tx.execute(text("UPDATE snapshots SET form = 'another'"))
    assert stored_case(db) is None
    assert held(db) == anew(db)


def test_what_was_kept_long_ago_is_kept_anew(
    gateproof: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_now(db)
    gateproof.concept("another", primary_segment="smb")
    monkeypatch.setattr("service.usecases.verdicts.cases.LATE", 1)
    caller = Caller("admin", gateproof.clock)
    pending = poll(db, caller, KEY, None).pending
    assert pending is not None
    row = row_of(db)
    head = (row.last_position, row.last_digest)
    assert pending[:5] == (row.id, row.portfolio, *head, anew(db))
    save_snapshot(db, pending)
    assert poll(db, caller, KEY, None).pending is None
