from datetime import date
from typing import Any

from tests.domain.building import NOW, Story, asks, days, gate, one, process

HEARD = {"at_least": 1, "of": "conversations"}


def new_story(*criteria: dict[str, Any], **counts: Any) -> Story:
    story = Story(one(*criteria, **counts))
    story.state("problem")
    return story


def test_what_is_met_lacks_nothing() -> None:
    story = new_story(HEARD)
    story.hear()
    assert (story.result().deficit, story.result().remedy) == (None, None)


def test_a_deficit_says_how_many_of_what_are_missing_where_and_how_recent() -> None:
    story = new_story(
        {"at_least": 3, "of": "customers", "where": {"segment": "primary", "has": ["quote"]}},
        within_days=92,
    )
    story.hear(quotes=1)
    deficit = story.result().deficit
    assert deficit is not None
    assert (deficit.missing, deficit.of) == (2, "customers")
    assert deficit.where == {"has": "quote", "segment": "smb"}
    assert deficit.held_after == date(2026, 8, 24)


def test_a_remedy_says_the_same_in_words() -> None:
    story = new_story({"at_least": 3, "of": "customers", "where": {"segment": "primary"}}, within_days=92)
    story.hear()
    assert story.result().message == "1 of 3 customers, segment smb."
    assert story.result().remedy == (
        "Needed: 2 more customers, segment smb, held after 2026-08-24; record and cite what they said."
    )


def test_a_conversation_on_any_day_after_held_after_is_recent_enough() -> None:
    story = new_story(HEARD, within_days=92)
    story.hear(held_at=NOW.replace(month=8, day=25, hour=0))
    assert story.verdict().ready


def test_without_a_window_any_day_will_do() -> None:
    story = new_story({**HEARD, "where": {"within_days": None}})
    deficit = story.result().deficit
    assert deficit is not None
    assert (deficit.held_after, deficit.where) == (None, {})


def test_held_after_is_the_later_of_the_window_and_the_gate_before() -> None:
    since = {**HEARD, "where": {"since": "previous_gate"}}
    story = Story(process(gate("G1"), gate("G2", asks("problem", since)), within_days=92))
    story.state("problem")
    story.go("G1")

    def held_after(days_later: float) -> date | None:
        deficit = story.result("g2-problem-1", as_of=NOW + days(days_later)).deficit
        return deficit.held_after if deficit else None

    assert held_after(1) == date(2026, 11, 24)
    assert held_after(92) == date(2026, 11, 24)
    assert held_after(93) == date(2026, 11, 25)


def test_without_a_window_only_the_gate_before_names_a_day_and_it_stays() -> None:
    since = {**HEARD, "where": {"since": "previous_gate", "within_days": None}}
    story = Story(process(gate("G1"), gate("G2", asks("problem", since))))
    story.state("problem")
    story.go("G1")
    deficit = story.result("g2-problem-1").deficit
    assert deficit is not None
    assert deficit.held_after == date(2026, 11, 24)
    assert story.verdict().next_change_at is None


def test_the_day_in_a_deficit_moves_at_midnight() -> None:
    story = new_story(HEARD, within_days=30)
    midnight = NOW.replace(hour=0) + days(1)
    assert story.verdict().next_change_at == midnight
    deficit = story.result(as_of=midnight).deficit
    assert deficit is not None
    assert deficit.held_after == date(2026, 10, 26)


def test_a_filter_that_is_null_is_not_said() -> None:
    null = dict.fromkeys(("segment", "kinds", "theme", "within_days", "since", "has"))
    story = new_story({**HEARD, "where": null})
    deficit = story.result().deficit
    assert deficit is not None
    assert deficit.where == {}
    assert story.result().message == "0 of 1 conversation."


def test_several_values_of_a_filter_are_listed() -> None:
    story = new_story({**HEARD, "where": {"relationship": ["churned", "lost"]}})
    deficit = story.result().deficit
    assert deficit is not None
    assert deficit.where == {"relationship": ["churned", "lost"]}
    assert story.result().message == "0 of 1 conversation, relationship churned or lost."


def test_the_deficit_of_answers_names_no_day() -> None:
    story = new_story(HEARD, {"contradictions": "answered"})
    story.hear(stance="contradicts")
    deficit = story.result("g1-problem-2").deficit
    assert deficit is not None
    assert (deficit.missing, deficit.of, deficit.held_after) == (1, "answers", None)


def test_the_deficit_of_a_pattern_counts_the_strongest_theme() -> None:
    story = new_story({"pattern": 3})
    story.hear(themes=["tax"])
    deficit = story.result().deficit
    assert deficit is not None
    assert (deficit.missing, deficit.of) == (2, "customers")


def test_the_deficit_of_a_disconfirmation_names_the_stances() -> None:
    story = new_story({"disconfirmation": 2})
    story.hear(stance="mixed")
    deficit = story.result().deficit
    assert deficit is not None
    assert deficit.missing == 1
    assert deficit.where == {"stance": ["contradicts", "mixed"]}


def test_an_entry_says_its_kind_its_level_and_whether_it_can_be_waived() -> None:
    story = new_story({**HEARD, "id": "heard", "waivable": False, "level": "should"})
    entry = story.result("heard")
    assert (entry.kind, entry.level, entry.waivable, entry.waiver) == (
        "at_least",
        "should",
        False,
        None,
    )
    assert entry.raw_outcome == entry.outcome == "unmet"
