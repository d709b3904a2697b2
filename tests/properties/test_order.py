"""The order of inputs never matters."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.facts.model import Recorded
from tests.properties.histories import Told, histories


def shuffled(told: Told, order: Random) -> list[Recorded]:
    """The events in another order, and each list in them too."""

    def mixed(value: Any) -> Any:
        return order.sample(value, len(value)) if isinstance(value, list) else value

    events = [e._replace(data={k: mixed(v) for k, v in e.data.items()}) for e in told.story.events]
    return order.sample(events, len(events))


def backwards(themes: dict[str, str]) -> dict[str, str]:
    return dict(reversed(themes.items()))


@settings(max_examples=60)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_inputs_never_matters(told: Told, order: Random) -> None:
    story = told.story
    said = story.verdict(as_of=told.as_of)
    story.events = shuffled(told, order)
    story.themes = backwards(story.themes)
    assert story.verdict(as_of=told.as_of) == said
