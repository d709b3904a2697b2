from service.domain.texts.forms import is_form_like, is_unrelated, labels_not_in, questions_of

FORM = "\n".join(
    f"What did you do about number {word}?\nSomething." for word in ("one", "two", "three", "four", "five")
)


def test_five_questions_that_another_text_asks_too_look_like_a_form() -> None:
    assert is_form_like(questions_of(FORM), FORM.upper().replace("SOMETHING", "Nothing"))
    assert not is_form_like(questions_of(FORM), FORM.replace("five?", "six?"))
    assert not is_form_like(questions_of("Why?"), FORM)


def test_a_theme_of_which_no_word_was_said_is_named() -> None:
    labels = {"t1": "Late news", "t2": "Price pressure"}
    assert labels_not_in(labels, ("She hears of it lately.", None)) == ("t2",)


def test_a_note_that_shares_no_word_with_the_talk_is_unrelated() -> None:
    texts = ("The invoice came before anybody had read the price list.",)
    assert is_unrelated("This confirms our strategy", texts)
    assert not is_unrelated("Invoices come first", texts)
    assert not is_unrelated("We saw it", texts)
