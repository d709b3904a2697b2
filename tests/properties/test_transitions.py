"""Each transition is told exactly once, at its true instant, whenever and however often anybody looks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.facts.fold import gather
from service.domain.notify.transitions import (
    NOWHERE,
    Judge,
    ReadinessState,
    Step,
    Transition,
    due_at,
    follow,
    state_of,
)
from service.domain.record.review import ReviewDecided
from service.domain.verdict.readiness import prepare, verdict_span
from tests.domain.building import TICK, Story, ref_of
from tests.properties.histories import FIRST_DAY, History, histories

DAYS = (1, 7, 30)

MUCH_LATER = timedelta(days=400)


def judge_by(story: Story, position: int) -> Judge:
    """By the first so many events."""
    facts = gather(story.events[:position])
    assert facts is not None
    case = prepare(story.rules, ref_of(story.version), None, facts, story.themes)
    return lambda at: state_of(verdict_span(case, story.rules, at))


def follow_story(story: Story, looks: Sequence[tuple[int, datetime]]) -> list[Transition]:
    """The transitions that somebody finds who looks when the log is so far, at these instants."""
    transitions: list[Transition] = []
    judge: Judge = lambda _: NOWHERE  # noqa: E731
    state, known, at = NOWHERE, 0, FIRST_DAY
    for position, instant in looks:
        steps = [Step(story.events[n - 1].at, judge_by(story, n)) for n in range(known + 1, position + 1)]
        followed = follow(judge, state, at, steps, instant, DAYS)
        transitions += followed.transitions
        judge = judge_by(story, position) if position else judge
        state, known, at = followed.state, position, instant
    return transitions


@st.composite
def looked_at(draw: st.DrawFn) -> tuple[Story, list[tuple[int, datetime]]]:
    """A history, and instants at which somebody looked: each sees what was recorded before."""
    story = draw(histories()).story
    last = story.events[-1].at
    end = last + MUCH_LATER
    looks = []
    for position in sorted(draw(st.sets(st.integers(1, len(story.events)), max_size=5))):
        here = story.events[position - 1].at
        following = story.events[position].at if position < len(story.events) else end
        between = [here, following, here + (following - here) / 2]
        looks.append((position, draw(st.sampled_from(between))))
    return story, [*looks, (len(story.events), end)]


@settings(max_examples=10)
@given(looked_at())
def test_it_does_not_matter_when_anybody_looked(case: tuple[Story, list[tuple[int, datetime]]]) -> None:
    story, looks = case
    assert follow_story(story, looks) == follow_story(story, looks[-1:])


@settings(max_examples=10)
@given(histories())
def test_a_flip_is_where_the_verdict_changes(history: History) -> None:
    story = history.story
    end = story.events[-1].at + MUCH_LATER
    transitions = [
        f for f in follow_story(story, [(len(story.events), end)]) if f.type.startswith("readiness.")
    ]
    for transition in transitions:
        assert transition.state.ready == (transition.type in ("readiness.ready", "readiness.expiring"))
        if transition.type == "readiness.expired":
            before, after = _verdict(story, transition.at - TICK), _verdict(story, transition.at)
            if not _recorded_at(story, transition.at):
                assert (before.gate, before.ready, after.verdict) == (transition.state.gate, True, "blocked")
                assert before.passes_until == transition.at
        if transition.type == "readiness.expiring" and not _recorded_at(story, transition.at):
            assert transition.state.passes_until is not None
            assert transition.days is not None
            assert transition.state.passes_until - timedelta(days=transition.days) <= transition.at


@settings(max_examples=10)
@given(histories())
def test_ready_and_no_longer_ready_take_turns(history: History) -> None:
    story = history.story
    gate, ready = None, False
    for transition in follow_story(story, [(len(story.events), story.events[-1].at + MUCH_LATER)]):
        if transition.type == "readiness.ready":
            # Killed and reopened, or passed and recycled to: ready anew, though nothing blocked it.
            reviewed = any(isinstance(entry.event, ReviewDecided) for entry in story.events)
            assert not ready or gate != transition.state.gate or reviewed
            gate, ready = transition.state.gate, True
        if transition.type in ("readiness.expired", "readiness.blocked"):
            assert (ready, gate) == (True, transition.state.gate)
            ready = False


@settings(max_examples=20)
@given(histories())
def test_nothing_is_due_before_it_is_said_to_be(history: History) -> None:
    story = history.story
    count, here = len(story.events), story.events[-1].at
    judge = judge_by(story, count)
    state = judge(here)
    due = due_at(state, here, DAYS)
    later = (due or here + MUCH_LATER) + (TICK if due else timedelta())
    assert follow(judge, state, here, [], due or later, DAYS).transitions == []
    if due:
        transitions = follow(judge, state, here, [], later, DAYS)
        assert transitions.transitions or transitions.state != state


def _verdict(story: Story, at: datetime) -> ReadinessState:
    count = sum(event.at <= at for event in story.events)
    return judge_by(story, count)(at)


def _recorded_at(story: Story, at: datetime) -> bool:
    return any(event.at == at for event in story.events)
