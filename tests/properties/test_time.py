"""What a verdict says about its own future is exact."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given, settings

from schemas.readiness import Readiness
from tests.domain.building import TICK, Story
from tests.properties.histories import History, histories, sample, turning_points

CENTURY = timedelta(days=36525)


def between(story: Story, start: datetime, end: datetime) -> Iterable[datetime]:
    """Instants from start up to, and not at, the end: those at which something might turn, and around."""
    turning = [instant for instant in turning_points(story) if start <= instant < end]
    midnight = datetime.combine(start + timedelta(days=1), datetime.min.time(), start.tzinfo)
    nights = [night for n in range(3) if start <= (night := midnight + timedelta(days=n)) < end]
    return [start, *sample(turning, most=8), *nights, start + (end - start) / 2, end - TICK]


def content(verdict: Readiness) -> Readiness:
    """What it says, but for the instants that it speaks of."""
    return verdict.model_copy(update={"as_of": None, "next_change_at": None})


def steady(verdict: Readiness) -> Readiness:
    return verdict.model_copy(update={"as_of": None})


@settings(max_examples=20)
@given(histories())
def test_ready_up_to_and_not_at_passes_until(history: History) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    if not verdict.ready:
        assert verdict.passes_until is None
        return
    end = verdict.passes_until or as_of + CENTURY
    for instant in between(story, as_of, end):
        then = story.verdict(as_of=instant)
        assert then.ready
        assert then.passes_until == verdict.passes_until
    assert story.verdict(as_of=end).ready == (verdict.passes_until is None)


@settings(max_examples=20)
@given(histories())
def test_nothing_changes_before_next_change_at_and_something_does_then(history: History) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    for _ in range(4):
        end = verdict.next_change_at or verdict.as_of + CENTURY
        for instant in between(story, verdict.as_of, end):
            assert steady(story.verdict(as_of=instant)) == steady(verdict)
        then = story.verdict(as_of=end)
        assert (content(then) == content(verdict)) == (verdict.next_change_at is None)
        verdict = then


@settings(max_examples=20)
@given(histories())
def test_a_verdict_turns_only_where_it_said_that_it_would(history: History) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    if verdict.passes_until:
        assert verdict.next_change_at
        assert as_of < verdict.next_change_at <= verdict.passes_until
    if verdict.next_change_at:
        assert verdict.next_change_at > as_of
