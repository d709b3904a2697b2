from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from schemas.conversation import Reason
from schemas.vocabulary import ConversationKind
from service.domain.criteria import admissible
from service.domain.criteria.admissible import (
    MESSAGES,
    OF_AGE,
    Age,
    assessed_citations,
    messages_of,
    reasons_against,
)
from service.domain.facts.fold import gather
from service.domain.facts.model import TeamSince
from service.domain.facts.teams import teams_of
from service.domain.record import edition
from tests.domain.building import Story, one

COUNTS = {
    "kinds": ["interview", "site_visit"],
    "min_minutes": 15,
    "min_words": 60,
    "first_hand": True,
    "solution_unseen_for": ["problem"],
}


def new_story(**counts: Any) -> Story:
    story = Story(one({"at_least": 1, "of": "conversations"}, **{**COUNTS, **counts}))
    story.state("problem", "price")
    return story


def codes(talk: dict[str, Any], *, decision: str = "problem", **counts: Any) -> tuple[str, ...]:
    """Why one conversation, cited for a decision, does not count."""
    story = new_story(**counts)
    citation = story.hear(decision, **talk)
    return codes_of(story, citation)


def codes_of(story: Story, citation: str) -> tuple[str, ...]:
    every = assessed_citations(story.facts(), story.rules.counts)
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


SALES = [["s-1", "sales", False]]


def test_who_leaves_the_team_takes_no_talk_along() -> None:
    story = new_story()
    citation = story.hear("problem")
    story.change(team=["pm-2"])
    assert codes_of(story, citation) == ()


def test_who_joins_the_team_does_not_make_an_earlier_talk_first_hand() -> None:
    story = new_story()
    before = story.hear("problem", days_ago=2, attendees=SALES)
    assert codes_of(story, before) == ("NOT_FIRST_HAND",)
    story.change(team=["pm-1", "s-1"])
    assert codes_of(story, before) == ("JOINED_LATER",)
    story.wait(days=2)
    assert codes_of(story, story.hear("problem", days_ago=1, attendees=SALES)) == ()


def test_who_left_before_the_talk_or_joined_after_leaving_was_not_there_for_the_team() -> None:
    story = new_story()
    story.change(team=["pm-2"])
    story.wait(days=3)
    citation = story.hear("problem", days_ago=1)
    assert codes_of(story, citation) == ("NOT_FIRST_HAND",)
    story.change(team=["pm-1"])
    assert codes_of(story, citation) == ("JOINED_LATER",)


def test_a_talk_older_than_the_concept_is_judged_by_its_first_team() -> None:
    story = Story(one({"at_least": 1, "of": "conversations"}, **COUNTS), team=[])
    story.state("problem")
    story.wait(days=3)
    citation = story.hear("problem", days_ago=30)
    assert codes_of(story, citation) == ("NOT_FIRST_HAND",)
    story.change(team=["pm-1"])
    assert codes_of(story, citation) == ()
    story.change(team=["pm-1", "s-1"])
    assert codes_of(story, story.hear("problem", days_ago=30, attendees=SALES)) == ("JOINED_LATER",)


def test_the_first_edition_goes_by_the_team_of_today() -> None:
    story = new_story()
    left, joined = story.hear("problem"), story.hear("problem", attendees=SALES)
    story.change(team=["s-1"])
    facts = gather(story.events, edition.FIRST)
    assert facts is not None
    assessed = {each.citation.id: each.codes for each in assessed_citations(facts, story.rules.counts)}
    assert assessed == {left: ("NOT_FIRST_HAND",), joined: ()}


def test_nobody_on_the_customers_side_is_not_independent() -> None:
    assert codes({"participants": []}) == ("NOT_INDEPENDENT",)


def test_a_colleague_among_the_participants_is_not_independent() -> None:
    assert codes({"participants": ["p1", "p2"], "colleagues": True}) == ("NOT_INDEPENDENT",)


def test_the_author_or_an_attendee_as_participant_is_not_independent() -> None:
    assert codes({"participants": ["p1", "pm-7"], "author": "pm-7"}) == ("NOT_INDEPENDENT",)
    assert codes({"participants": ["pm-1"], "author": "pm-7"}) == ("NOT_INDEPENDENT",)


def test_whoever_revised_it_is_not_its_author() -> None:
    story = new_story()
    citation = story.hear("problem", author="pm-1", participants=["pm-7"])
    story.revise("talk-1", by="pm-7", minutes=40)
    assert codes_of(story, citation) == ()


def test_without_consent_it_does_not_count() -> None:
    assert codes({"consent": "none"}) == ("CONSENT_WITHDRAWN",)


@pytest.mark.parametrize("consent", ["notes", "quote_internally", "quote_publicly"])
def test_any_consent_is_enough_to_count(consent: str) -> None:
    assert codes({"consent": consent}) == ()


def test_consent_withdrawn_later_ends_what_counted() -> None:
    story = new_story()
    citation = story.hear("problem")
    story.revise("talk-1", consent="none")
    assert codes_of(story, citation) == ("CONSENT_WITHDRAWN",)


@pytest.mark.parametrize("shown", [True, None])
def test_a_solution_shown_or_unsaid_spoils_the_problem(shown: bool | None) -> None:
    assert codes({"solution_shown": shown}) == ("SOLUTION_SHOWN",)


@pytest.mark.parametrize("shown", [True, None, False])
def test_a_solution_shown_does_not_spoil_the_price(shown: bool | None) -> None:
    assert codes({"solution_shown": shown}, decision="price") == ()


def test_a_citation_without_shaping_does_not_count() -> None:
    story = new_story()
    citation = story.cite(story.talk(), shaped=False)
    assert codes_of(story, citation) == ("SHAPING_MISSING",)


def test_shaping_copied_from_another_citation_does_not_count() -> None:
    story = new_story()
    first = story.hear("problem")
    second = story.cite(story.talk(), copy_of=first)
    assert codes_of(story, first) == ()
    assert codes_of(story, second) == ("SHAPING_COPIED",)


def test_a_citation_made_again_with_its_shaping_counts() -> None:
    story = new_story()
    talk = story.talk()
    bare = story.cite(talk, shaped=False)
    story.withdraw(bare)
    again = story.cite(talk)
    assert codes_of(story, bare) == ("WITHDRAWN",)
    assert codes_of(story, again) == ()


def test_support_for_an_earlier_statement_does_not_carry_over() -> None:
    story = new_story()
    citation = story.hear("problem")
    story.state("problem")
    assert codes_of(story, citation) == ("OLD_STATEMENT",)


def test_support_cited_again_for_the_new_statement_counts() -> None:
    story = new_story()
    talk = story.talk()
    story.cite(talk)
    story.state("problem")
    assert codes_of(story, story.cite(talk)) == ()


def test_a_new_owner_is_no_new_statement() -> None:
    story = new_story()
    citation = story.hear("problem")
    story.change_owner("problem", "pm-2")
    assert codes_of(story, citation) == ()


@pytest.mark.parametrize("stance", ["contradicts", "mixed", "neutral"])
def test_what_is_not_support_carries_over(stance: str) -> None:
    story = new_story()
    citation = story.hear("problem", stance=stance)
    story.state("problem")
    assert codes_of(story, citation) == ()


def test_support_and_contradiction_in_one_conversation_do_not_count_as_support() -> None:
    story = new_story()
    talk = story.talk()
    support, against = story.cite(talk), story.cite(talk, stance="contradicts")
    assert codes_of(story, support) == ("CONTRADICTED",)
    assert codes_of(story, against) == ()


def test_withdrawing_the_contradiction_does_not_bring_the_support_back() -> None:
    story = new_story()
    talk = story.talk()
    support, against = story.cite(talk), story.cite(talk, stance="contradicts")
    story.withdraw(against)
    assert codes_of(story, support) == ("CONTRADICTED",)
    assert codes_of(story, against) == ("WITHDRAWN",)


def test_a_contradiction_of_an_earlier_statement_takes_the_support_until_it_is_answered() -> None:
    story = new_story()
    talk = story.talk()
    against = story.cite(talk, stance="contradicts")
    story.state("problem")
    support = story.cite(talk)
    assert codes_of(story, support) == ("CONTRADICTED",)
    story.answer(against)
    assert codes_of(story, support) == ()
    assert codes_of(story, against) == ()


def test_a_contradiction_of_a_later_statement_leaves_what_was_said_before() -> None:
    story = new_story()
    talk = story.talk()
    support = story.cite(talk)
    story.state("problem")
    story.cite(talk, stance="contradicts")
    assert codes_of(story, support) == ("OLD_STATEMENT",)


def test_contradicting_one_decision_leaves_the_support_for_another() -> None:
    story = new_story()
    talk = story.talk()
    story.cite(talk, stance="contradicts")
    assert codes_of(story, story.cite(talk, "price")) == ()


def test_another_conversations_contradiction_leaves_the_support() -> None:
    story = new_story()
    support = story.hear("problem")
    story.hear("problem", stance="contradicts")
    assert codes_of(story, support) == ()


def test_one_talk_is_not_support_and_its_own_disconfirmation() -> None:
    story = new_story()
    talk = story.talk()
    support = story.cite(talk)
    story.cite(talk, stance="mixed")
    assert codes_of(story, support) == ("CONTRADICTED",)


@pytest.mark.parametrize("stance", ["mixed", "neutral"])
def test_what_was_less_than_a_contradiction_does_not_carry_over(stance: str) -> None:
    story = new_story()
    talk = story.talk()
    story.cite(talk, stance=stance)
    story.state("problem")
    assert codes_of(story, story.cite(talk)) == ()


def test_a_withdrawn_citation_or_conversation_does_not_count() -> None:
    story = new_story()
    talk, other = story.talk(), story.talk()
    first, second = story.cite(talk), story.cite(other)
    story.withdraw(first)
    story.withdraw(other)
    assert codes_of(story, first) == ("WITHDRAWN",)
    assert codes_of(story, second) == ("WITHDRAWN",)


def test_an_erased_conversation_says_nothing_but_that() -> None:
    story = new_story()
    citation = story.hear("problem", minutes=None, consent="none")
    story.withdraw("talk-1")
    story.erase("talk-1")
    assert codes_of(story, citation) == ("ERASED",)


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


def test_whoever_asks_of_a_talk_by_itself_is_told_the_same_reasons() -> None:
    story = new_story()
    story.hear(minutes=3, days_ago=40)
    (talk,) = story.facts().conversations.values()
    counts, withdrawn = story.rules.counts, replace(talk, withdrawn=True)
    age = Age(timedelta(days=30), story.now)
    strangers = [TeamSince(story.now, frozenset({"stranger"}))]
    assert reasons_against(talk, counts) == ["TOO_SHORT"]
    assert reasons_against(talk, counts, teams_of(story.facts())) == ["TOO_SHORT"]
    assert reasons_against(withdrawn, counts, strangers, age) == [
        *("TOO_OLD", "TOO_SHORT", "NOT_FIRST_HAND", "WITHDRAWN")
    ]
    assert reasons_against(replace(withdrawn, erased=True), counts, age=age) == ["ERASED"]


def test_rules_are_put_together_here_alone() -> None:
    """But for the verdict, which says of each criterion's window what has aged for it."""
    rules = [name for name in vars(admissible) if name.startswith("OF_")]
    service = Path(admissible.__file__).parents[2]
    users = {
        path.name
        for path in service.rglob("*.py")
        if path != Path(admissible.__file__)
        and "criteria.admissible import" in (text := path.read_text())
        and any(name in text for name in rules)
    }
    assert users == {"not_counted.py"}
