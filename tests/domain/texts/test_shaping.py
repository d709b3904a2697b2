from typing import Any

import pytest

from service.domain.texts.shaping import Earlier, copied_from, is_shaped, says


def shaped(effect: str, before: str | None = None, after: str | None = None, note: str | None = None) -> Any:
    return {"effect": effect, "from": before, "to": after, "note": note}


CHANGED = shaped("changed", "everybody", "small firms in towns")


def test_unsaid_is_not_shaped() -> None:
    assert not is_shaped(None)


def test_changed_says_from_what_to_what() -> None:
    assert is_shaped(CHANGED)
    assert not is_shaped(shaped("changed", None, "small firms"))
    assert not is_shaped(shaped("changed", "everybody", None))
    assert not is_shaped(shaped("changed", note="it changed"))


def test_changed_to_the_same_is_no_change() -> None:
    assert not is_shaped(shaped("changed", "Small firms.", "small  FIRMS"))


@pytest.mark.parametrize("effect", ["confirmed", "dropped"])
def test_confirmed_and_dropped_say_what_did_it(effect: str) -> None:
    assert is_shaped(shaped(effect, note="two of them had lost money"))
    assert not is_shaped(shaped(effect, "a", "b"))
    assert not is_shaped(shaped(effect, note="..."))
    assert not is_shaped(shaped(effect, note="Yes, yes!"))


def test_the_same_text_for_another_talk_is_a_copy_of_the_first_that_said_it() -> None:
    again = shaped("changed", "EVERYBODY", "small firms in towns!")
    earlier = [
        Earlier("c0", ("t0", "price", 1), None),
        Earlier("c1", ("t1", "price", 1), says(CHANGED)),
        Earlier("c2", ("t2", "price", 1), says(CHANGED)),
    ]
    assert copied_from(again, ("t3", "price", 1), earlier) == "c1"


def test_the_same_text_for_the_same_talk_and_statement_is_no_copy() -> None:
    assert (
        copied_from(CHANGED, ("t1", "price", 1), [Earlier("c1", ("t1", "price", 1), says(CHANGED))]) is None
    )


def test_for_a_new_statement_the_same_talk_has_to_say_why_it_still_holds() -> None:
    assert (
        copied_from(CHANGED, ("t1", "price", 2), [Earlier("c1", ("t1", "price", 1), says(CHANGED))]) == "c1"
    )


def test_another_text_is_no_copy() -> None:
    other = shaped("changed", "everybody", "farms")
    assert copied_from(other, ("t2", "price", 1), [Earlier("c1", ("t1", "price", 1), says(CHANGED))]) is None


def test_what_says_nothing_copies_nothing() -> None:
    assert copied_from(None, ("t2", "price", 1), [Earlier("c1", ("t1", "price", 1), None)]) is None
    assert (
        copied_from(shaped("confirmed"), ("t2", "price", 1), [Earlier("c1", ("t1", "price", 1), None)])
        is None
    )
