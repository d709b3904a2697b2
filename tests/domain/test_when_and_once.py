"""Only what was, when it was, and once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.readiness import CriterionResult
from service.domain.facts.fold import gather
from service.domain.record import edition
from service.domain.verdict.readiness import Question, evaluate
from tests.domain.building import NOW, Story, asks, days, gate, process, ref_of, result_of
from tests.domain.test_criteria import HEARD, SOUGHT, counted, new_story

SUNDAY = datetime(2026, 11, 22, 23, tzinfo=UTC)
AT_TEN: dict[str, Any] = {"customer": "acme", "held_at": NOW - days(3), "minutes": 30}
AFTER = {**AT_TEN, "held_at": NOW - days(3) + timedelta(minutes=30)}
BETWEEN = {**AT_TEN, "held_at": NOW - days(3) + timedelta(minutes=15)}


def by_first_edition(story: Story) -> CriterionResult:
    facts = gather(story.events, edition.FIRST)
    assert facts is not None
    return result_of(evaluate(Question(story.rules, ref_of(), story.now), facts, {}), "g1-problem-1")


def test_weeks_are_days_seven_apart() -> None:
    assert counted("weeks", {"held_at": SUNDAY}, {"held_at": SUNDAY + days(0.1)}) == 1
    assert counted("weeks", {"held_at": SUNDAY}, {"held_at": SUNDAY - days(6)}) == 1
    assert counted("weeks", {"held_at": SUNDAY}, {"held_at": SUNDAY - days(7)}) == 2


def test_as_many_weeks_count_as_there_can_be_and_a_talk_between_them_takes_none_away() -> None:
    story = new_story({"at_least": 2, "of": "weeks"}, within_days=30)
    story.hear(held_at=NOW - days(17))
    story.hear(held_at=NOW - days(10))
    assert (story.result().actual, story.verdict().passes_until) == (2, NOW + days(13))
    story.hear(held_at=NOW - days(14))
    assert (story.result().actual, story.verdict().passes_until) == (2, NOW + days(13))
    story.hear(held_at=NOW - days(2))
    assert (story.result().actual, story.verdict().passes_until) == (3, NOW + days(20))


def test_the_first_edition_counted_calendar_weeks() -> None:
    story = new_story({"at_least": 2, "of": "weeks"})
    for held_at in (SUNDAY, SUNDAY + days(0.1), SUNDAY + days(1)):
        story.hear(held_at=held_at)
    assert (story.result().actual, by_first_edition(story).actual) == (1, 2)


def test_a_customer_stands_for_one_segment() -> None:
    everywhere = [{"customer": "acme", "segment": each} for each in ("smb", "public", "enterprise")]
    assert counted("segments", *everywhere) == 1
    assert counted("segments", *everywhere, {"customer": "bolt", "segment": "smb"}) == 2
    assert counted("segments", {"customer": "bolt", "segment": "smb"}, *everywhere) == 2


def test_the_first_edition_counted_each_segment_that_a_customer_ever_had() -> None:
    story = new_story({"at_least": 2, "of": "segments"})
    for segment in ("smb", "public", "smb"):
        story.hear(customer="acme", segment=segment)
    assert (story.result().actual, by_first_edition(story).actual) == (1, 2)


def test_one_customer_at_the_same_time_is_one_conversation() -> None:
    assert counted("conversations", AT_TEN, AT_TEN) == 1
    assert counted("conversations", AT_TEN, AFTER) == 2
    assert counted("conversations", AT_TEN, BETWEEN, AFTER) == 2
    assert counted("conversations", AT_TEN, {**BETWEEN, "customer": "bolt"}) == 2


def test_of_one_meeting_written_up_twice_either_is_enough() -> None:
    story = new_story(HEARD)
    first = story.hear(**AT_TEN)
    story.hear(**BETWEEN)
    assert (story.result().actual, len(story.result().evidence)) == (1, 2)
    assert by_first_edition(story).actual == 2
    story.withdraw(first)
    assert story.verdict().ready


def test_a_talk_counts_when_it_is_over() -> None:
    story = new_story(HEARD)
    citation = story.hear(held_at=NOW, minutes=30)
    over = NOW + timedelta(minutes=30)
    assert (story.codes(citation), story.verdict().next_change_at) == (["IN_FUTURE"], over)
    assert story.result(as_of=over).actual == 1
    assert by_first_edition(story).actual == 1


def test_since_the_last_gate_is_held_and_recorded_since() -> None:
    newer = {"at_least": 1, "of": "conversations", "where": {"since": "previous_gate"}}
    story = Story(process(gate("G1", asks("problem")), gate("G2", asks("problem"), criteria=[newer])))
    story.state("problem")
    story.hear()
    story.go("G1")
    story.wait(days=3)
    story.revise("talk-1", held_at=(story.now - days(1)).isoformat())
    assert story.result("g2-gate-1").actual == 0
    story.hear()
    assert story.result("g2-gate-1").actual == 1


def test_somebody_without_an_opinion_neither_disconfirms_nor_takes_support_away() -> None:
    story = new_story(HEARD, SOUGHT)
    story.hear()
    story.cite("talk-1", stance="neutral")
    story.hear(stance="neutral")
    assert (story.result("g1-problem-1").actual, story.result("g1-problem-2").actual) == (1, 0)
    assert by_first_edition(story).actual == 0
