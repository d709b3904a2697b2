from datetime import UTC, datetime
from typing import Any

import pytest

from tests.domain.building import NOW, TALK, TICK, Story, asks, days, gate, one, process

PATTERN = {"pattern": 2}
ANSWERED = {"contradictions": "answered"}
SOUGHT = {"disconfirmation": 1}
HEARD = {"at_least": 1, "of": "conversations"}


def new_story(*criteria: dict[str, Any], **counts: Any) -> Story:
    story = Story(one(*criteria, **counts))
    story.state("problem")
    return story


def counted(unit: str, *talks: dict[str, Any]) -> int:
    """How many of a unit these conversations are."""
    story = new_story({"at_least": 1, "of": unit})
    for talk in talks:
        story.hear(**talk)
    return story.result().actual


# --- at least ---------------------------------------------------------------------------------


def test_exactly_enough_is_met() -> None:
    story = new_story({"at_least": 2, "of": "conversations"})
    story.hear()
    assert (story.result().outcome, story.result().actual) == ("unmet", 1)
    story.hear()
    assert (story.result().outcome, story.result().actual) == ("met", 2)


def test_one_conversation_cited_twice_is_one_conversation() -> None:
    story = new_story({"at_least": 2, "of": "conversations"})
    talk = story.talk()
    story.cite(talk)
    story.cite(talk)
    assert story.result().actual == 1
    assert len(story.result().evidence) == 2


def test_one_friendly_customer_five_times_is_one_customer() -> None:
    assert counted("customers", *[{"customer": "acme"}] * 5) == 1
    assert counted("conversations", *({"customer": "acme", "days_ago": n} for n in range(1, 6))) == 5


def test_participants_are_told_apart_within_their_customer() -> None:
    assert (
        counted(
            "participants",
            {"customer": "acme", "participants": ["p1", "p2"]},
            {"customer": "acme", "participants": ["p1"]},
            {"customer": "bolt", "participants": ["p1"]},
        )
        == 3
    )


def test_segments() -> None:
    assert counted("segments", {"segment": "smb"}, {"segment": "public"}, {"segment": "smb"}) == 2


def test_the_same_week_of_another_year_is_another_week() -> None:
    story = new_story({"at_least": 1, "of": "weeks", "where": {"within_days": None}})
    story.hear(held_at=NOW - days(1))
    story.hear(held_at=NOW - days(365))
    assert story.result().actual == 2


def test_the_week_around_new_year_is_one_week() -> None:
    new_year = datetime(2026, 1, 1, 9, tzinfo=UTC)
    story = new_story({"at_least": 1, "of": "weeks", "where": {"within_days": None}})
    story.hear(held_at=new_year)
    story.hear(held_at=new_year - days(2))
    assert story.result().actual == 1


def test_quotes_are_counted_per_conversation() -> None:
    assert counted("quotes", {"quotes": 2}, {"quotes": 0}, {"quotes": 3}) == 5


def test_only_quotes_that_may_be_read_are_counted() -> None:
    assert counted("quotes", {"quotes": 2}, {"quotes": 4, "consent": "notes"}) == 2


def test_interviewers_are_the_attendees_on_the_team() -> None:
    pm, other, sales = (
        ["pm-1", "product", False],
        ["pm-2", "product", False],
        ["s-1", "sales", False],
    )
    assert counted("interviewers", {"attendees": [pm, sales]}, {"attendees": [pm]}) == 1
    assert counted("interviewers", {"attendees": [pm, other]}) == 2


def test_what_does_not_count_is_no_evidence() -> None:
    story = new_story(HEARD)
    story.hear(minutes=5)
    assert story.result().actual == 0
    assert story.result().evidence == []


def test_a_decisions_criteria_look_at_its_own_citations_only() -> None:
    story = Story(process(gate("G1", asks("problem"), asks("price"))))
    story.state("problem", "price")
    story.hear("problem")
    assert story.result("g1-problem-1").actual == 1
    assert story.result("g1-price-1").actual == 0


def test_a_gates_criteria_look_at_all_the_concepts_citations() -> None:
    story = Story(process(gate("G1", criteria=[{"at_least": 2, "of": "customers"}])))
    story.state("problem", "price")
    story.hear("problem")
    story.hear("price")
    assert story.result("g1-gate-1").actual == 2


def test_the_evidence_says_what_counts_and_until_when() -> None:
    story = new_story(HEARD, within_days=30)
    citation = story.hear(held_at=NOW - days(10))
    (evidence,) = story.result().evidence
    assert (evidence.citation, evidence.conversation) == (citation, "talk-1")
    assert (evidence.revision, evidence.digest, evidence.stance) == (1, "sha256:3", "supports")
    assert evidence.held_at == NOW - days(10)
    assert evidence.expires_at == NOW + days(20)


def test_evidence_that_never_ages_does_not_expire() -> None:
    story = new_story({**HEARD, "where": {"within_days": None}})
    story.hear()
    assert story.result().evidence[0].expires_at is None


def test_what_has_aged_is_no_evidence_any_more() -> None:
    story = new_story(HEARD, within_days=30)
    story.hear(days_ago=31)
    recent = story.hear(days_ago=29)
    assert [evidence.citation for evidence in story.result().evidence] == [recent]


def test_a_revision_counts_as_it_now_reads() -> None:
    story = new_story(HEARD)
    story.hear(days_ago=200)
    assert story.result().actual == 0
    story.revise("talk-1", held_at=(NOW - days(2)).isoformat())
    assert story.result().actual == 1
    assert story.result().evidence[0].revision == 2


# --- pattern ----------------------------------------------------------------------------------


def test_a_theme_shared_by_enough_customers_of_one_segment_is_a_pattern() -> None:
    story = new_story(PATTERN)
    story.hear(themes=["late news"])
    assert story.result().outcome == "unmet"
    story.hear(themes=["late news", "tax"])
    assert (story.result().outcome, story.result().actual) == ("met", 2)
    assert len(story.result().evidence) == 2


def test_one_loud_customer_is_no_pattern() -> None:
    story = new_story(PATTERN)
    story.hear(customer="acme", themes=["late news"])
    story.hear(customer="acme", themes=["late news"])
    assert (story.result().outcome, story.result().actual) == ("unmet", 1)


def test_two_segments_are_no_pattern() -> None:
    story = new_story(PATTERN)
    story.hear(segment="smb", themes=["late news"])
    story.hear(segment="public", themes=["late news"])
    assert story.result().actual == 1


def test_different_themes_are_no_pattern() -> None:
    story = new_story(PATTERN)
    story.hear(themes=["late news"])
    story.hear(themes=["tax"])
    assert story.result().actual == 1


def test_without_themes_there_is_no_pattern() -> None:
    story = new_story(PATTERN)
    story.hear()
    assert (story.result().actual, story.result().evidence) == (0, [])


def test_the_strongest_theme_is_named_with_its_segment() -> None:
    story = new_story({"pattern": 3})
    for segment, theme in [("smb", "tax"), ("public", "tax"), ("public", "tax"), ("smb", "price")]:
        story.hear(segment=segment, themes=[theme])
    assert story.result().actual == 2
    shared = story.result().shared
    assert shared is not None
    assert (shared.segment, shared.theme) == ("public", "tax")
    assert "public" in story.result().message


def test_a_theme_is_shown_by_its_label_and_never_in_the_message() -> None:
    story = new_story({"pattern": 1})
    story.hear(themes=["theme-7"])
    story.themes["theme-7"] = "late news"
    shared = story.result().shared
    assert shared is not None
    assert (shared.theme, shared.label) == ("theme-7", "late news")
    assert "late news" not in story.result().message
    story.themes.clear()
    shared = story.result().shared
    assert shared is not None
    assert shared.label is None


def test_of_equally_strong_themes_the_lasting_one_is_shown() -> None:
    story = new_story(PATTERN, within_days=30)
    for held_days_ago, theme in [(9, "a"), (9, "a"), (2, "b"), (2, "b")]:
        story.hear(days_ago=held_days_ago, themes=[theme])
    assert {evidence.held_at for evidence in story.result().evidence} == {NOW - days(2)}
    assert story.verdict().passes_until == NOW + days(28)


def test_where_one_pattern_ends_another_goes_on() -> None:
    story = new_story({"pattern": 2}, within_days=30)
    for held_days_ago, theme in [(9, "a"), (9, "a"), (9, "a"), (2, "b"), (2, "b")]:
        story.hear(days_ago=held_days_ago, themes=[theme])
    assert story.result().actual == 3
    assert story.verdict().passes_until == NOW + days(28)


def test_a_pattern_that_begins_in_time_goes_on_where_another_ends() -> None:
    story = new_story({"pattern": 1}, within_days=30)
    story.hear(held_at=NOW - days(30) + days(0.002), themes=["a"])
    story.hear(held_at=NOW + days(0.001) - TALK, themes=["b"])
    assert story.verdict().passes_until == NOW + days(30.001) - TALK


def test_a_pattern_may_be_asked_of_some_only() -> None:
    story = new_story({"pattern": 2, "where": {"relationship_not": "advocate"}})
    story.hear(themes=["tax"])
    story.hear(themes=["tax"], relationship="advocate")
    assert story.result().actual == 1


def test_a_theme_named_twice_in_one_conversation_is_one_piece_of_evidence() -> None:
    story = new_story(PATTERN)
    story.hear(themes=["tax", "tax"])
    assert len(story.result().evidence) == 1


# --- contradictions ---------------------------------------------------------------------------


def contradicted() -> tuple[Story, str]:
    story = new_story(HEARD, ANSWERED)
    story.hear()
    return story, story.hear(stance="contradicts")


def test_where_nothing_contradicts_there_is_nothing_to_answer() -> None:
    story = new_story(HEARD, ANSWERED)
    story.hear()
    story.hear(stance="neutral")
    assert story.result("g1-problem-2").outcome == "not_applicable"
    assert story.verdict().ready


@pytest.mark.parametrize("stance", ["contradicts", "mixed"])
def test_what_contradicts_or_is_mixed_blocks_until_it_is_answered(stance: str) -> None:
    story = new_story(HEARD, ANSWERED)
    story.hear()
    citation = story.hear(stance=stance)
    result = story.result("g1-problem-2")
    assert (result.outcome, result.required, result.actual) == ("unmet", 1, 0)
    assert result.unanswered == [citation]
    story.answer(citation)
    result = story.result("g1-problem-2")
    assert (result.outcome, result.required, result.actual) == ("met", 1, 1)
    assert result.unanswered == []
    assert [evidence.citation for evidence in result.evidence] == [citation]
    assert story.verdict().ready


def test_each_contradiction_needs_its_own_answer() -> None:
    story, first = contradicted()
    second = story.hear(stance="mixed")
    story.answer(first)
    assert story.result("g1-problem-2").unanswered == [second]


def test_an_answer_does_not_carry_over_to_a_new_statement() -> None:
    story, citation = contradicted()
    story.answer(citation)
    story.state("problem")
    assert story.result("g1-problem-2").unanswered == [citation]
    story.answer(citation)
    assert story.result("g1-problem-2").outcome == "met"


def test_a_contradiction_does_not_disappear_by_withdrawal() -> None:
    story, citation = contradicted()
    story.withdraw(citation)
    assert story.result("g1-problem-2").unanswered == [citation]
    story.withdraw("talk-2")
    assert story.result("g1-problem-2").unanswered == [citation]


def test_a_contradiction_does_not_age_away() -> None:
    story, citation = contradicted()
    story.wait(days=5000)
    assert story.result("g1-problem-2").unanswered == [citation]


def test_a_contradiction_is_to_be_answered_though_it_is_no_evidence() -> None:
    story = new_story(HEARD, ANSWERED)
    citation = story.hear(stance="contradicts", kind="sales_call", minutes=None, attendees=[])
    assert story.result("g1-problem-2").unanswered == [citation]


def test_an_answered_contradiction_stays_answered_after_its_withdrawal() -> None:
    story, citation = contradicted()
    story.answer(citation)
    story.withdraw(citation)
    assert story.result("g1-problem-2").outcome == "met"


def test_erasure_ends_a_contradiction_and_shows() -> None:
    story, citation = contradicted()
    story.erase("talk-2")
    assert story.result("g1-problem-2").outcome == "not_applicable"
    assert story.codes(citation) == ["ERASED"]


def test_a_gate_asks_for_answers_to_contradictions_of_any_decision() -> None:
    story = Story(process(gate("G1", criteria=[ANSWERED])))
    story.state("problem", "price")
    citation = story.hear("price", stance="contradicts")
    assert story.result("g1-gate-1").unanswered == [citation]


def test_an_erased_contradiction_shows_where_only_answers_are_asked_for() -> None:
    story = Story(process(gate("G1", criteria=[ANSWERED])))
    story.state("problem", "price")
    citation = story.hear("price", stance="contradicts")
    story.erase("talk-1")
    assert story.codes(citation) == ["ERASED"]


# --- disconfirmation --------------------------------------------------------------------------


@pytest.mark.parametrize("stance", ["contradicts", "mixed"])
def test_a_conversation_that_does_not_simply_agree_disconfirms(stance: str) -> None:
    story = new_story(SOUGHT)
    story.hear()
    assert story.result().outcome == "unmet"
    story.hear(stance=stance)
    assert story.result().outcome == "met"


def test_a_disconfirming_conversation_ages_as_evidence_does() -> None:
    story = new_story(SOUGHT, within_days=30)
    story.hear(stance="mixed", held_at=NOW - days(1))
    assert story.verdict().passes_until == NOW + days(29)
    assert story.result(as_of=NOW + days(29)).outcome == "unmet"


def test_a_disconfirming_conversation_must_be_evidence() -> None:
    story = new_story(SOUGHT)
    story.hear(stance="mixed", minutes=5)
    assert story.result().outcome == "unmet"


def test_a_signed_note_that_none_was_found_is_enough() -> None:
    story = new_story({"disconfirmation": 3})
    story.note("G1")
    result = story.result()
    assert (result.outcome, result.actual, result.evidence) == ("met", 3, [])
    assert "note" in result.message


def test_a_note_for_another_gate_is_not() -> None:
    story = new_story(SOUGHT)
    story.note("G2")
    assert story.result().outcome == "unmet"


def test_a_note_ages_as_evidence_does() -> None:
    story = new_story(SOUGHT, within_days=30)
    story.note()
    assert story.verdict().passes_until == NOW + days(30)
    assert story.result(as_of=NOW + days(30) - TICK).outcome == "met"
    assert story.result(as_of=NOW + days(30)).outcome == "unmet"
    assert "note" not in story.result(as_of=NOW + days(30)).message


def test_a_note_never_ages_where_evidence_does_not() -> None:
    story = new_story(SOUGHT, within_days=None)
    story.note()
    assert (story.verdict().passes_until, story.verdict().next_change_at) == (None, None)
    assert story.result(as_of=NOW + days(3000)).outcome == "met"


def test_a_note_ages_as_the_gate_says() -> None:
    story = Story(process(gate("G1", asks("problem", SOUGHT), within_days=10)))
    story.state("problem")
    story.note()
    assert story.verdict().passes_until == NOW + days(10)


def test_a_note_signed_again_lasts_longer_and_the_first_ones_end_changes_nothing() -> None:
    story = new_story(SOUGHT, within_days=30)
    story.note()
    story.wait(days=10)
    story.note()
    verdict = story.verdict()
    assert verdict.passes_until == NOW + days(40)
    assert verdict.next_change_at == NOW + days(40)


def test_a_conversation_goes_on_where_the_note_ends() -> None:
    story = new_story(SOUGHT, within_days=30)
    story.note()
    story.wait(days=20)
    story.hear(stance="mixed")
    assert story.verdict().passes_until == NOW + days(49)
    assert story.verdict().next_change_at == NOW + days(30)
