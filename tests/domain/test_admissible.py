from typing import Any, get_args

import pytest

from schemas.conversation import Reason
from schemas.vocabulary import ConversationKind
from service.domain.criteria.admissible import MESSAGES, OF_AGE, assessed_citations, messages_of
from tests.domain.building import Story, one

COUNTS = {
    "kinds": ["interview", "site_visit"],
    "min_minutes": 15,
    "min_words": 60,
    "first_hand": True,
    "solution_unseen_for": ["problem"],
}


def story(**counts: Any) -> Story:
    told = Story(one({"at_least": 1, "of": "conversations"}, **{**COUNTS, **counts}))
    told.state("problem", "price")
    return told


def codes(talk: dict[str, Any], *, decision: str = "problem", **counts: Any) -> tuple[str, ...]:
    """Why one conversation, cited for a decision, does not count."""
    told = story(**counts)
    citation = told.hear(decision, **talk)
    return codes_of(told, citation)


def codes_of(told: Story, citation: str) -> tuple[str, ...]:
    every = assessed_citations(told.facts(), told.rules.counts)
    return next(assessed.codes for assessed in every if assessed.citation.id == citation)


def test_nothing_speaks_against_an_honest_conversation() -> None:
    assert codes({}) == ()


@pytest.mark.parametrize("kind", sorted({*get_args(ConversationKind)} - {*COUNTS["kinds"]}))
def test_a_kind_that_the_process_does_not_count_is_not_evidence(kind: str) -> None:
    assert codes({"kind": kind}) == ("KIND_NOT_EVIDENCE",)


def test_any_of_the_kinds_that_the_process_counts_is_evidence() -> None:
    assert codes({"kind": "site_visit"}) == ()


def test_exactly_the_least_duration_is_enough() -> None:
    assert codes({"minutes": 15}) == ()
    assert codes({"minutes": 14}) == ("TOO_SHORT",)


def test_an_unknown_duration_is_too_short_even_where_none_is_asked() -> None:
    assert codes({"minutes": None}) == ("TOO_SHORT",)
    assert codes({"minutes": None}, min_minutes=0) == ("TOO_SHORT",)
    assert codes({"minutes": 0}, min_minutes=0) == ()


def test_exactly_the_least_number_of_words_is_enough() -> None:
    assert codes({"words": 60}) == ()
    assert codes({"words": 59}) == ("SUMMARY_TOO_THIN",)


def test_somebody_of_the_team_must_have_attended() -> None:
    assert codes({"attendees": [["stranger", "product", False]]}) == ("NOT_FIRST_HAND",)
    assert codes({"attendees": [["stranger", "sales", False], ["pm-2", "product", False]]}) == ()


def test_without_attendees_it_is_not_first_hand() -> None:
    assert codes({"attendees": []}) == ("NOT_FIRST_HAND",)


def test_recording_it_is_not_attending_it() -> None:
    assert codes({"attendees": [], "author": "pm-1"}) == ("NOT_FIRST_HAND",)


def test_a_process_may_take_what_others_heard() -> None:
    assert codes({"attendees": []}, first_hand=False) == ()


def test_the_team_of_today_decides_what_is_first_hand() -> None:
    told = story()
    citation = told.hear("problem")
    told.change(team=["pm-2"])
    assert codes_of(told, citation) == ("NOT_FIRST_HAND",)


def test_nobody_on_the_customers_side_is_not_independent() -> None:
    assert codes({"participants": []}) == ("NOT_INDEPENDENT",)


def test_a_colleague_among_the_participants_is_not_independent() -> None:
    assert codes({"participants": ["p1", "p2"], "colleagues": True}) == ("NOT_INDEPENDENT",)


def test_the_author_or_an_attendee_as_participant_is_not_independent() -> None:
    assert codes({"participants": ["p1", "pm-7"], "author": "pm-7"}) == ("NOT_INDEPENDENT",)
    assert codes({"participants": ["pm-1"], "author": "pm-7"}) == ("NOT_INDEPENDENT",)


def test_whoever_revised_it_is_not_its_author() -> None:
    told = story()
    citation = told.hear("problem", author="pm-1", participants=["pm-7"])
    told.revise("talk-1", by="pm-7", minutes=40)
    assert codes_of(told, citation) == ()


def test_without_consent_it_does_not_count() -> None:
    assert codes({"consent": "none"}) == ("CONSENT_WITHDRAWN",)


@pytest.mark.parametrize("consent", ["notes", "quote_internally", "quote_publicly"])
def test_any_consent_is_enough_to_count(consent: str) -> None:
    assert codes({"consent": consent}) == ()


def test_consent_withdrawn_later_ends_what_counted() -> None:
    told = story()
    citation = told.hear("problem")
    told.revise("talk-1", consent="none")
    assert codes_of(told, citation) == ("CONSENT_WITHDRAWN",)


@pytest.mark.parametrize("shown", [True, None])
def test_a_solution_shown_or_unsaid_spoils_the_problem(shown: bool | None) -> None:
    assert codes({"solution_shown": shown}) == ("SOLUTION_SHOWN",)


@pytest.mark.parametrize("shown", [True, None, False])
def test_a_solution_shown_does_not_spoil_the_price(shown: bool | None) -> None:
    assert codes({"solution_shown": shown}, decision="price") == ()


def test_a_citation_without_shaping_does_not_count() -> None:
    told = story()
    citation = told.cite(told.talk(), shaped=False)
    assert codes_of(told, citation) == ("SHAPING_MISSING",)


def test_shaping_copied_from_another_citation_does_not_count() -> None:
    told = story()
    first = told.hear("problem")
    second = told.cite(told.talk(), copy_of=first)
    assert codes_of(told, first) == ()
    assert codes_of(told, second) == ("SHAPING_COPIED",)


def test_a_citation_made_again_with_its_shaping_counts() -> None:
    told = story()
    talk = told.talk()
    bare = told.cite(talk, shaped=False)
    told.withdraw(bare)
    again = told.cite(talk)
    assert codes_of(told, bare) == ("WITHDRAWN",)
    assert codes_of(told, again) == ()


def test_support_for_an_earlier_statement_does_not_carry_over() -> None:
    told = story()
    citation = told.hear("problem")
    told.state("problem")
    assert codes_of(told, citation) == ("OLD_STATEMENT",)


def test_support_cited_again_for_the_new_statement_counts() -> None:
    told = story()
    talk = told.talk()
    told.cite(talk)
    told.state("problem")
    assert codes_of(told, told.cite(talk)) == ()


def test_a_new_owner_is_no_new_statement() -> None:
    told = story()
    citation = told.hear("problem")
    told.change_owner("problem", "pm-2")
    assert codes_of(told, citation) == ()


@pytest.mark.parametrize("stance", ["contradicts", "mixed", "neutral"])
def test_what_is_not_support_carries_over(stance: str) -> None:
    told = story()
    citation = told.hear("problem", stance=stance)
    told.state("problem")
    assert codes_of(told, citation) == ()


def test_support_and_contradiction_in_one_conversation_do_not_count_as_support() -> None:
    told = story()
    talk = told.talk()
    support, against = told.cite(talk), told.cite(talk, stance="contradicts")
    assert codes_of(told, support) == ("CONTRADICTED",)
    assert codes_of(told, against) == ()


def test_withdrawing_the_contradiction_does_not_bring_the_support_back() -> None:
    told = story()
    talk = told.talk()
    support, against = told.cite(talk), told.cite(talk, stance="contradicts")
    told.withdraw(against)
    assert codes_of(told, support) == ("CONTRADICTED",)
    assert codes_of(told, against) == ("WITHDRAWN",)


def test_a_contradiction_of_an_earlier_statement_takes_the_support_until_it_is_answered() -> None:
    told = story()
    talk = told.talk()
    against = told.cite(talk, stance="contradicts")
    told.state("problem")
    support = told.cite(talk)
    assert codes_of(told, support) == ("CONTRADICTED",)
    told.answer(against)
    assert codes_of(told, support) == ()
    assert codes_of(told, against) == ()


def test_a_contradiction_of_a_later_statement_leaves_what_was_said_before() -> None:
    told = story()
    talk = told.talk()
    support = told.cite(talk)
    told.state("problem")
    told.cite(talk, stance="contradicts")
    assert codes_of(told, support) == ("OLD_STATEMENT",)


def test_contradicting_one_decision_leaves_the_support_for_another() -> None:
    told = story()
    talk = told.talk()
    told.cite(talk, stance="contradicts")
    assert codes_of(told, told.cite(talk, "price")) == ()


def test_another_conversations_contradiction_leaves_the_support() -> None:
    told = story()
    support = told.hear("problem")
    told.hear("problem", stance="contradicts")
    assert codes_of(told, support) == ()


@pytest.mark.parametrize("stance", ["mixed", "neutral"])
def test_one_talk_is_not_support_and_its_own_disconfirmation(stance: str) -> None:
    told = story()
    talk = told.talk()
    support = told.cite(talk)
    told.cite(talk, stance=stance)
    assert codes_of(told, support) == ("CONTRADICTED",)


@pytest.mark.parametrize("stance", ["mixed", "neutral"])
def test_what_was_less_than_a_contradiction_does_not_carry_over(stance: str) -> None:
    told = story()
    talk = told.talk()
    told.cite(talk, stance=stance)
    told.state("problem")
    assert codes_of(told, told.cite(talk)) == ()


def test_a_withdrawn_citation_or_conversation_does_not_count() -> None:
    told = story()
    talk, other = told.talk(), told.talk()
    first, second = told.cite(talk), told.cite(other)
    told.withdraw(first)
    told.withdraw(other)
    assert codes_of(told, first) == ("WITHDRAWN",)
    assert codes_of(told, second) == ("WITHDRAWN",)


def test_an_erased_conversation_says_nothing_but_that() -> None:
    told = story()
    citation = told.hear("problem", minutes=None, consent="none")
    told.withdraw("talk-1")
    told.erase("talk-1")
    assert codes_of(told, citation) == ("ERASED",)


def test_every_reason_is_said() -> None:
    every = codes(
        {
            "kind": "survey",
            "minutes": 1,
            "words": 1,
            "participants": [],
            "consent": "none",
            "attendees": [],
            "solution_shown": None,
        }
    )
    assert every == (
        "KIND_NOT_EVIDENCE",
        "TOO_SHORT",
        "SUMMARY_TOO_THIN",
        "NOT_INDEPENDENT",
        "CONSENT_WITHDRAWN",
        "NOT_FIRST_HAND",
        "SOLUTION_SHOWN",
    )


def test_age_is_left_to_the_criteria() -> None:
    assert codes({"days_ago": 5000}) == ()
    assert codes({"days_ago": -0.001}) == ()


def test_every_code_of_the_contract_has_its_words() -> None:
    assert set(MESSAGES) == set(get_args(Reason))


def test_a_code_without_a_rule_is_told_before_anything_is_answered() -> None:
    rest = {code: words for code, words in MESSAGES.items() if code != "TOO_SHORT"}
    with pytest.raises(TypeError, match="TOO_SHORT"):
        messages_of((), rest)


def test_a_code_with_two_rules_is_told_too() -> None:
    with pytest.raises(TypeError, match="TOO_OLD"):
        messages_of(OF_AGE, MESSAGES)
