import random

import pytest

from service.domain.texts.runs import NEAR_COPY, EarlierText, closest, containment, runs_of, smallest
from service.domain.texts.words import words_of
from tests.domain.texts.translations import SUMMARY

KEY, OTHER_KEY = b"k" * 16, b"o" * 16


def talk(n: int, length: int = 80) -> list[str]:
    return [f"word{n}x{k}" for k in range(length)]


def earlier(n: int, tokens: list[str], *, is_copy: bool = False) -> EarlierText:
    return EarlierText(f"cnv{n}", f"customer{n}", runs_of(tokens, KEY), is_copy)


def test_without_the_key_nobody_makes_the_hashes_of_a_text() -> None:
    assert runs_of(talk(1), KEY) == runs_of(talk(1), KEY)
    assert runs_of(talk(1), KEY).isdisjoint(runs_of(talk(1), OTHER_KEY))


def test_runs_keep_the_order_of_words() -> None:
    assert len(runs_of(["a", "b", "c"], KEY)) == 1
    assert runs_of(["a", "b", "c"], KEY).isdisjoint(runs_of(["c", "b", "a"], KEY))
    assert runs_of(["a", "b"], KEY) == frozenset()


def test_half_of_a_copy_is_found_by_the_shorter_text() -> None:
    whole, half = runs_of(talk(1), KEY), runs_of(talk(1)[:40], KEY)
    assert containment(half, whole) == containment(whole, half) == 1.0


@pytest.mark.parametrize("language", SUMMARY)
def test_a_copy_with_a_tenth_of_its_words_changed_is_one_in_every_script(language: str) -> None:
    draw, tokens = random.Random(language), words_of(SUMMARY[language]).tokens
    changed = [f"other{n}" if draw.random() < 0.1 else token for n, token in enumerate(tokens)]
    assert containment(runs_of(changed, KEY), runs_of(tokens, KEY)) >= NEAR_COPY


def test_translations_and_other_texts_are_no_copies() -> None:
    runs = [runs_of(words_of(text).tokens, KEY) for text in SUMMARY.values()]
    assert all(containment(one, other) == 0 for n, one in enumerate(runs) for other in runs[:n])


def test_a_phrase_in_common_says_nothing() -> None:
    assert containment(runs_of(["a", "b", "c", "d"], KEY), runs_of(["a", "b", "c", "e"], KEY)) == 0


def test_the_form_that_four_customers_records_share_leaves_the_comparison() -> None:
    form = [f"form{n}" for n in range(80)]
    records = [earlier(n, form + talk(n)) for n in range(4)]
    assert closest(runs_of(form + talk(9), KEY), records[:3]) is not None
    assert closest(runs_of(form + talk(9), KEY), records) is None
    assert closest(runs_of(form + talk(2), KEY), records) == ("cnv2", 1.0)


def test_copies_of_one_text_are_no_form() -> None:
    copies = [earlier(0, talk(1)), *(earlier(n, talk(1), is_copy=True) for n in range(1, 9))]
    assert closest(runs_of(talk(1), KEY), copies) == ("cnv0", 1.0)


def test_a_customer_whose_records_repeat_a_text_makes_no_form() -> None:
    same = [earlier(n, talk(1))._replace(customer="acme") for n in range(6)]
    assert closest(runs_of(talk(1), KEY), same) == ("cnv0", 1.0)


def test_a_sketch_holds_the_smallest_hashes() -> None:
    runs = runs_of(talk(1), KEY)
    assert smallest(runs, 16) == sorted(runs)[:16]
    assert set(smallest(runs_of(talk(1)[:40], KEY), 32)) & set(smallest(runs, 16))
