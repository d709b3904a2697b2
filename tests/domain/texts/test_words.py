from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.texts.words import different_words, word_count, words_of
from tests.domain.texts.translations import ARTICLE, SUMMARY

ZERO_WIDTH = "\u200b"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, 0),
        (" \n\t… — !", 0),
        ("one", 1),
        ("They pay 49 a month.", 4),
        ("don't can’t well-known", 3),
        ("Grüße aus Køge, ça va?", 5),
        ("snake_case", 2),
        ("G1 is 3rd", 3),
        ("価格が高い", 2),
        ("가격", 1),
        ("कीमत बहुत ज़्यादा है", 4),
    ],
)
def test_runs_with_a_letter_are_words(text: str | None, words: int) -> None:
    assert word_count(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p><b></b></p>" * 9, 0),
        ("a < b and c > d", 5),
        ("0 1 2 30 4,000", 0),
        ("see https://a.b/c/d?e=f&g=h or write to me@example.org", 4),
        ("见https://a.b/c。", 1),
        (ZERO_WIDTH.join("yyyyyyyyy"), 1),
        ("*** --- ___ " * 9, 0),
        ("so\u00adcial", 1),
    ],
)
def test_what_is_no_word_adds_none(text: str, words: int) -> None:
    assert word_count(text) == words


@pytest.mark.parametrize("texts", [SUMMARY, ARTICLE], ids=["summary", "article"])
def test_a_text_and_its_translations_have_as_many_words(texts: dict[str, str]) -> None:
    counts = {language: word_count(text) for language, text in texts.items()}
    assert max(counts.values()) <= 1.35 * min(counts.values()), counts


@pytest.mark.parametrize("language", SUMMARY)
def test_the_same_again_adds_no_different_words(language: str) -> None:
    text = SUMMARY[language]
    assert different_words(f"{text}\n" * 5) == different_words(text) > word_count(text) / 2


def test_look_alike_letters_and_case_make_no_other_word() -> None:
    assert words_of("Cost c\u043ests COST").tokens == ["cost", "costs", "cost"]


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_ascii_are_counted_as_others_are(text: str) -> None:
    """A text with another letter in it is counted the other way."""
    assert word_count(text) + 1 == word_count(f"{text} é")


@given(st.text())
def test_any_text_has_no_more_different_words_than_words(text: str) -> None:
    words = words_of(text)
    assert 0 <= words.different <= words.total <= len(text)


@pytest.mark.parametrize(
    "piece", ["1", "<a", "a.", "a@", "a-", "x\u043e1", "\u0e01\u0e31", "www.", "a://", "字"]
)
def test_a_long_text_takes_as_long_as_it_is(piece: str) -> None:
    begun = perf_counter()
    words_of(piece * 50_000 + "é")
    assert perf_counter() - begun < 5
