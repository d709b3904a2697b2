from typing import Any

from tests.domain.building import NOW, TICK, Story, asks, days, gate, one, process

HEARD = {"at_least": 1, "of": "conversations"}
EVER = {"at_least": 1, "of": "customers", "where": {"within_days": None}}


def story(*criteria: dict[str, Any], **counts: Any) -> Story:
    told = Story(one(*criteria, **counts))
    told.state("problem")
    return told


def test_what_counts_is_not_listed() -> None:
    told = story(HEARD)
    told.hear()
    assert told.verdict().not_counted == []


def test_an_entry_names_the_citation_the_reason_and_what_it_means() -> None:
    told = story(HEARD)
    citation = told.hear(minutes=5)
    (entry,) = told.verdict().not_counted
    assert (entry.citation, entry.conversation, entry.decision) == (citation, "talk-1", "problem")
    assert (entry.code, entry.criteria) == ("TOO_SHORT", [])
    assert entry.message.startswith("Its duration")


def test_every_reason_has_an_entry_of_its_own() -> None:
    told = story(HEARD)
    citation = told.hear(minutes=5, words=5, days_ago=100)
    assert told.codes(citation) == ["TOO_SHORT", "SUMMARY_TOO_THIN", "TOO_OLD"]


def test_too_old_for_all_names_no_criterion() -> None:
    told = story(HEARD, {"at_least": 1, "of": "weeks"}, within_days=30)
    citation = told.hear(days_ago=30)
    (entry,) = told.entries(citation)
    assert (entry.code, entry.criteria) == ("TOO_OLD", [])


def test_too_old_for_some_names_them() -> None:
    told = story(HEARD, EVER, within_days=30)
    citation = told.hear(days_ago=30)
    (entry,) = told.entries(citation)
    assert (entry.code, entry.criteria) == ("TOO_OLD", ["g1-problem-1"])


def test_it_is_too_old_from_the_end_of_the_window() -> None:
    told = story(HEARD, within_days=30)
    citation = told.hear(held_at=NOW)
    assert told.codes(citation, as_of=NOW + days(30) - TICK) == []
    assert told.codes(citation, as_of=NOW + days(30)) == ["TOO_OLD"]


def test_the_gates_criteria_look_at_it_too() -> None:
    told = Story(process(gate("G1", asks("problem", HEARD), criteria=[EVER]), within_days=30))
    told.state("problem")
    citation = told.hear(days_ago=40)
    (entry,) = told.entries(citation)
    assert entry.criteria == ["g1-problem-1"]


def test_what_was_held_later_is_in_the_future() -> None:
    told = story(HEARD)
    citation = told.hear(held_at=NOW + TICK)
    assert told.codes(citation) == ["IN_FUTURE"]
    assert told.verdict().next_change_at == NOW + TICK
    assert told.codes(citation, as_of=NOW + TICK) == []


def test_what_was_withdrawn_or_erased_has_no_age() -> None:
    told = story(HEARD)
    first, second = told.hear(days_ago=200), told.hear(held_at=NOW + TICK)
    told.withdraw(first)
    told.erase("talk-2")
    assert told.codes(first) == ["WITHDRAWN"]
    assert told.codes(second) == ["ERASED"]


def test_citations_that_nothing_here_looks_at_are_not_listed() -> None:
    told = story(HEARD)
    told.state("price")
    told.hear("price", minutes=5)
    told.withdraw(told.hear("price", stance="contradicts"))
    told.hear("price")
    told.erase("talk-3")
    assert told.verdict().not_counted == []


def test_a_decision_asked_for_again_is_looked_at_with_its_own_window() -> None:
    told = Story(process(gate("G1", within_days=10), gate("G2", asks("price"))))
    told.state("problem", "price")
    told.go("G1")
    told.state("problem")
    citation = told.hear("problem", days_ago=20)
    assert told.codes(citation) == ["TOO_OLD"]


def test_an_old_statement_is_said_beside_its_age() -> None:
    told = story(HEARD)
    citation = told.hear(days_ago=100)
    told.state("problem")
    assert told.codes(citation) == ["OLD_STATEMENT", "TOO_OLD"]


def test_entries_stand_in_the_order_of_recording() -> None:
    told = story(HEARD)
    citations = [told.hear(minutes=1) for _ in range(3)]
    assert [entry.citation for entry in told.verdict().not_counted] == citations


def test_a_contradiction_does_not_age_under_the_rule_that_it_be_answered() -> None:
    told = story({"contradictions": "answered"})
    told.hear(stance="contradicts", days_ago=200)
    assert told.verdict().not_counted == []
    assert told.verdict().next_change_at is None
