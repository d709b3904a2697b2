"""The order of inputs never matters."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from service.domain.record.event import Event, LogEntry
from tests.properties.histories import History, histories


def shuffled(history: History, order: Random) -> list[LogEntry[Any]]:
    """The events in another order, and each list in them too."""

    def mixed(value: Any) -> Any:
        return tuple(order.sample(value, len(value))) if isinstance(value, tuple) else value

    def with_mixed_lists(event: Event) -> Event:
        return replace(event, **{name: mixed(value) for name, value in asdict(event).items()})

    events = [e._replace(event=with_mixed_lists(e.event)) for e in history.story.events]
    return order.sample(events, len(events))


def backwards(themes: dict[str, str]) -> dict[str, str]:
    return dict(reversed(themes.items()))


@settings(max_examples=20)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_inputs_never_matters(history: History, order: Random) -> None:
    story = history.story
    verdict = story.verdict(as_of=history.as_of)
    story.events = shuffled(history, order)
    story.themes = backwards(story.themes)
    assert story.verdict(as_of=history.as_of) == verdict
