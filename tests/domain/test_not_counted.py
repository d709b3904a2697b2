from typing import Any

from tests.domain.building import NOW, TALK, TICK, Story, asks, days, gate, one, process

HEARD = {"at_least": 1, "of": "conversations"}
EVER = {"at_least": 1, "of": "customers", "where": {"within_days": None}}


def new_story(*criteria: dict[str, Any], **counts: Any) -> Story:
    story = Story(one(*criteria, **counts))
    story.state("problem")
    return story


def test_what_counts_is_not_listed() -> None:
    story = new_story(HEARD)
    story.hear()
    assert story.verdict().not_counted == []


def test_an_entry_names_the_citation_the_reason_and_what_it_means() -> None:
    story = new_story(HEARD)
    citation = story.hear(minutes=5)
    (entry,) = story.verdict().not_counted
    assert (entry.citation, entry.conversation, entry.decision) == (citation, "talk-1", "problem")
    assert (entry.code, entry.criteria) == ("TOO_SHORT", [])
    assert entry.message.startswith("Its duration")


def test_every_reason_has_an_entry_of_its_own() -> None:
    story = new_story(HEARD)
    citation = story.hear(minutes=5, words=5, days_ago=100)
    assert story.codes(citation) == ["TOO_SHORT", "SUMMARY_TOO_THIN", "TOO_OLD"]


def test_too_old_for_all_names_no_criterion() -> None:
    story = new_story(HEARD, {"at_least": 1, "of": "weeks"}, within_days=30)
    citation = story.hear(days_ago=30)
    (entry,) = story.entries(citation)
    assert (entry.code, entry.criteria) == ("TOO_OLD", [])


def test_too_old_for_some_names_them() -> None:
    story = new_story(HEARD, EVER, within_days=30)
    citation = story.hear(days_ago=30)
    (entry,) = story.entries(citation)
    assert (entry.code, entry.criteria) == ("TOO_OLD", ["g1-problem-1"])


def test_it_is_too_old_from_the_end_of_the_window() -> None:
    story = new_story(HEARD, within_days=30)
    citation = story.hear(held_at=NOW)
    assert story.codes(citation, as_of=NOW + days(30) - TICK) == []
    assert story.codes(citation, as_of=NOW + days(30)) == ["TOO_OLD"]


def test_the_gates_criteria_look_at_it_too() -> None:
    story = Story(process(gate("G1", asks("problem", HEARD), criteria=[EVER]), within_days=30))
    story.state("problem")
    citation = story.hear(days_ago=40)
    (entry,) = story.entries(citation)
    assert entry.criteria == ["g1-problem-1"]


def test_what_was_held_later_is_in_the_future() -> None:
    story = new_story(HEARD)
    citation = story.hear(held_at=NOW + TICK - TALK)
    assert story.codes(citation) == ["IN_FUTURE"]
    assert story.verdict().next_change_at == NOW + TICK
    assert story.codes(citation, as_of=NOW + TICK) == []


def test_what_was_withdrawn_or_erased_has_no_age() -> None:
    story = new_story(HEARD)
    first, second = story.hear(days_ago=200), story.hear(held_at=NOW + TICK)
    story.withdraw(first)
    story.erase("talk-2")
    assert story.codes(first) == ["WITHDRAWN"]
    assert story.codes(second) == ["ERASED"]


def test_citations_that_nothing_here_looks_at_are_not_listed() -> None:
    story = new_story(HEARD)
    story.state("price")
    story.hear("price", minutes=5)
    story.withdraw(story.hear("price", stance="contradicts"))
    story.hear("price")
    story.erase("talk-3")
    assert story.verdict().not_counted == []


def test_a_decision_asked_for_again_is_looked_at_with_its_own_window() -> None:
    story = Story(process(gate("G1", within_days=10), gate("G2", asks("price"))))
    story.state("problem", "price")
    story.go("G1")
    story.state("problem")
    citation = story.hear("problem", days_ago=20)
    assert story.codes(citation) == ["TOO_OLD"]


def test_an_old_statement_is_said_beside_its_age() -> None:
    story = new_story(HEARD)
    citation = story.hear(days_ago=100)
    story.state("problem")
    assert story.codes(citation) == ["OLD_STATEMENT", "TOO_OLD"]


def test_entries_stand_in_the_order_of_recording() -> None:
    story = new_story(HEARD)
    citations = [story.hear(minutes=1) for _ in range(3)]
    assert [entry.citation for entry in story.verdict().not_counted] == citations


def test_a_contradiction_does_not_age_under_the_rule_that_it_be_answered() -> None:
    story = new_story({"contradictions": "answered"})
    story.hear(stance="contradicts", days_ago=200)
    assert story.verdict().not_counted == []
    assert story.verdict().next_change_at is None
