"""The past reads as it was."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.building import Story
from tests.properties.histories import History, Step, happen, histories, steps


def until(story: Story, position: int) -> Story:
    """The story as it was told up to this position."""
    past = Story(story.rules)
    past.themes = story.themes
    past.events = [event for event in story.events if event.seq <= position]
    return past


@settings(max_examples=20)
@given(histories(), st.lists(steps, max_size=4))
def test_its_position_and_instant_are_enough_to_say_it_again(history: History, later: list[Step]) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    story.now = as_of
    happen(story, later)
    assert until(story, verdict.position).verdict(as_of=as_of) == verdict


@settings(max_examples=20)
@given(histories(), st.lists(steps, max_size=4))
def test_what_was_said_of_each_gate_can_be_said_again(history: History, later: list[Step]) -> None:
    story, as_of = history
    document = {gate.key: story.verdict(gate.key, as_of=as_of) for gate in story.rules.gates}
    story.now = as_of
    happen(story, later)
    for key, verdict in document.items():
        assert until(story, verdict.position).verdict(key, as_of=as_of) == verdict
