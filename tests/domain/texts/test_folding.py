import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.texts.folding import fold
from service.domain.texts.measures import is_placeholder, says_enough, says_the_same
from service.domain.texts.repeats import folded, repeats

SAME = [
    ("Small  firms, mostly!", "small FIRMS mostly"),
    ("“Tariff” radar — now", '"tariff" radar - now'),
    ("zero\u2011click", "zero-click"),
    ("49\u00a0€ a month", "49 € a month"),
    ("cus\u200btomer", "customer"),
    ("cu\u0455t\u043emer", "customer"),
    ("\u039dot now", "Not now"),
    ("МОСКВА", "Москва"),
    ("ﬁrms", "firms"),
    ("ｆｉｒｍｓ １２", "firms 12"),
    ("don’t", "don't"),
    ("a <= b", "a ≤ b"),
    ("5–10", "5-10"),
    ("5 %", "5%"),
]
OTHER = [
    ("they pay < 49", "they pay > 49"),
    ("they pay ≤ 49", "they pay < 49"),
    ("49 €", "49 $"),
    ("4.9", "49"),
    ("4,9", "49"),
    ("1,000", "1.000"),
    ("grows by -5", "grows by 5"),
    ("+5", "5"),
    ("5 %", "5"),
    ("we do not sell", "we do sell"),
    ("we don't sell", "we do sell"),
    ("a = b", "a ≠ b"),
    ("small firms", "small farms"),
    ("resume", "résumé"),
    ("कि", "की"),
    ("ไม่ดี", "ไม่ดู"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_typography_case_and_disguise_make_no_other_text(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_means_something_does(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_nothing_is_like_nothing() -> None:
    assert {fold(text) for text in (None, "", "?!", "\u200b", "\ufe0f")} == {""}


def test_a_phrase_is_found_whatever_stands_between_its_words() -> None:
    assert repeats("She said: “I FIND OUT — when it hurts”.", [folded("I find out, when it hurts!")])
    assert not repeats("She finds out", [folded("I find out"), ""])


@pytest.mark.parametrize(
    "text", ["TBD", "n/a", "...", "T.B.D.", "to be defined", "—", "None", "\u200b", "待定"]
)
def test_what_holds_the_place_of_a_text_says_nothing(text: str) -> None:
    assert is_placeholder(text)
    assert not says_enough(text)


@pytest.mark.parametrize("text", ["We charge 49", "Small firms", "49 €", "先に知りたい"])
def test_what_is_short_may_say_something(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["They hear late", "彼女は遅く知った", "그녀는 늦게 알았다", "เธอรู้ช้าเกินไป", "علمت بذلك متأخرة"]
)
def test_three_different_words_say_enough(text: str) -> None:
    assert says_enough(text)


def test_the_same_word_again_does_not() -> None:
    assert not says_enough("yes yes YES, y\u200bes")


BASE = "This conversation confirms that the problem is real and urgent for the customer"


@pytest.mark.parametrize(
    "other", [f"{BASE} indeed", BASE.replace("real", "re\u200bal"), f"{BASE} 2", BASE.upper()]
)
def test_trifles_make_no_other_text(other: str) -> None:
    assert says_the_same(BASE, "Something else altogether", other)


def test_another_number_in_a_short_text_makes_another() -> None:
    assert not says_the_same("They pay 49 a month", "They pay 59 a month")
