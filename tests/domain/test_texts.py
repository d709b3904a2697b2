import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.texts.measures import alike, word_count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n\t… — !", 0),
        ("one", 1),
        ("They pay 49 a month.", 5),
        ("don't can’t well-known", 3),
        ("Grüße aus Køge, ça va?", 5),
        ("snake_case", 2),
        ("価格が高い", 5),
        ("가격", 2),
    ],
)
def test_runs_of_letters_and_digits_are_words(text: str, words: int) -> None:
    assert word_count(text) == words


@given(st.text(alphabet="ab1_-' .\n\x7f"))
def test_words_of_plain_letters_are_those_of_any(text: str) -> None:
    """A text with another letter in it is counted the other way."""
    assert word_count(text) == word_count(f"{text} é") - 1


def test_padding_with_signs_adds_no_words() -> None:
    assert word_count("a b " + "*** --- ___ " * 50) == 2


def test_case_spacing_and_signs_do_not_tell_texts_apart() -> None:
    assert alike("Small  firms, mostly!", "small FIRMS mostly") == ("small firms mostly",) * 2


def test_other_words_do() -> None:
    first, second = alike("small firms", "small farms")
    assert first != second


def test_nothing_is_like_nothing() -> None:
    assert alike(None, "", "?!") == ("", "", "")


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_ascii_are_counted_as_others_are(text: str) -> None:
    assert word_count(text) + 1 == word_count(f"{text} é")
