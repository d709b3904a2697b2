"""A summary that nearly repeats another one does not count, whoever records it and whenever."""

import random

import pytest
from sqlalchemy import delete, func, select

from service.store.sql.engine import Database
from service.store.words.text_sketches import text_sketches
from service.usecases.evidence.near_copies import sketch_some
from tests.gateproof import Body, Gateproof, summary

DRAW = random.Random(7)


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.state("problem")
    return gateproof


def codes(gateproof: Gateproof, talk: str) -> list[str]:
    return [each["code"] for each in gateproof.get(f"/conversations/{talk}")["not_counted"]]


def facts(gateproof: Gateproof, talk: str) -> Body:
    return next(
        event["data"]
        for event in reversed(gateproof.get("/events", limit=200)["items"])
        if event["subject"] == talk and event["type"] in ("conversation.recorded", "conversation.revised")
    )


def changed(text: str, share: float) -> str:
    return " ".join(f"new{n}" if DRAW.random() < share else word for n, word in enumerate(text.split()))


def test_a_copy_names_what_it_repeats(begun: Gateproof) -> None:
    first = begun.talk(summary=summary(1))
    reordered = " ".join(summary(1).split()[35:] + summary(1).split()[:35])
    copies = [begun.talk(summary=text) for text in (changed(summary(1), 0.1), summary(1).upper(), reordered)]

    assert codes(begun, first) == []
    assert [codes(begun, copy) for copy in copies] == [["NEAR_COPY"]] * 3
    assert {facts(begun, copy)["near_copy_of"] for copy in copies} == {first}


def test_passages_in_common_count_and_are_on_record(begun: Gateproof) -> None:
    first = begun.talk(summary=summary(1))
    shares = begun.talk(summary=" ".join(summary(1).split()[:25] + summary(2).split()[:45]))

    assert codes(begun, shares) == []
    assert (facts(begun, shares)["near_copy_of"], facts(begun, shares)["shares_text_with"]) == (None, first)


def test_what_was_withdrawn_is_repeated_all_the_same(begun: Gateproof) -> None:
    first = begun.talk(summary=summary(1))
    begun.post(f"/conversations/{first}/withdraw", {"reason": "Told twice"}, 200)
    assert codes(begun, begun.talk(summary=summary(1))) == ["NEAR_COPY"]


def test_a_revision_is_compared_too_and_repeats_neither_itself_nor_its_copies(begun: Gateproof) -> None:
    first, other = begun.talk(summary=summary(1)), begun.talk(summary=summary(2))
    copy = begun.talk(summary=summary(1))
    begun.revise(first, summary=f"{summary(1)} indeed")
    begun.revise(first, consent="notes")
    begun.revise(other, summary=summary(1))

    assert codes(begun, first) == []
    assert codes(begun, copy) == codes(begun, other) == ["NEAR_COPY"]
    begun.revise(copy, summary=summary(3))
    assert codes(begun, copy) == []


def test_an_earlier_revision_is_repeated_too(begun: Gateproof) -> None:
    first = begun.talk(summary=summary(1))
    begun.revise(first, summary=summary(2))
    assert codes(begun, begun.talk(summary=summary(1))) == ["NEAR_COPY"]


def test_hashes_go_with_the_words(begun: Gateproof, db: Database) -> None:
    begun.customer("gone")
    begun.talk(customer="gone", summary=summary(1))
    begun.post("/customers/gone/erase", {"reason": "They asked for it"}, 200)
    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(text_sketches)).scalar_one() == 0
    assert codes(begun, begun.talk(summary=summary(1))) == []


def test_hashes_that_are_not_there_are_made_anew(begun: Gateproof, db: Database) -> None:
    first = begun.talk(summary=summary(1))
    with db.writing() as tx:
        tx.execute(delete(text_sketches))
    assert codes(begun, begun.talk(summary=summary(1))) == []
    sketch_some(db)
    last = begun.talk(summary=summary(1))
    assert facts(begun, last)["near_copy_of"] == first


def test_a_summary_of_the_same_words_again_and_again_is_thin(begun: Gateproof) -> None:
    assert codes(begun, begun.talk(summary="They always hear of it too late. " * 20)) == ["SUMMARY_TOO_THIN"]
