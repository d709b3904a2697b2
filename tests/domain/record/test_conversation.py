"""A conversation's fields stand once: what is said of it is corrected, shown and recorded."""

from schemas.base import corrected
from schemas.conversation import SEALED, ConversationIn, RevisionIn
from service.domain.record.conversation import ConversationFacts

SAID = ConversationIn.model_fields.keys() - {"portfolio"}
RENAMED = {"duration_minutes": "minutes"}


def test_whatever_is_said_is_a_word_or_a_fact() -> None:
    facts = {RENAMED.get(name, name) for name in SAID - SEALED.keys()}
    assert facts <= {*ConversationFacts.__struct_fields__}


def test_words_leave_their_emptiness_behind() -> None:
    assert SEALED == {
        "participants": [],
        "summary": "",
        "quotes": [],
        "themes": [],
        "commitments": [],
        "past_spend": None,
        "external": [],
    }


def test_null_takes_back_what_may_be_unknown_and_says_nothing_else() -> None:
    names = ("duration_minutes", "conducted_by", "solution_shown", "past_spend")
    others = ("kind", "consent", "segment", "themes", "summary")
    body = RevisionIn(reason="heard again", **dict.fromkeys((*names, *others)))
    assert corrected(body, ConversationIn) == dict.fromkeys(names)
