"""One more honest supporting conversation can never block a concept."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.readiness import Readiness
from tests.domain.building import Story, results_of
from tests.properties.histories import History, good_talks, held_before, histories, indices, talks

COUNTED = ("at_least", "pattern", "disconfirmation")


def never_worse(before: Readiness, after: Readiness) -> None:
    if before.ready:
        assert after.ready
    assert set(after.blocking) <= set(before.blocking)
    assert set(after.warnings) <= set(before.warnings)
    actual = {entry.id: entry.actual for entry in results_of(after)}
    for entry in results_of(before):
        if entry.kind in COUNTED:
            assert actual[entry.id] >= entry.actual
    if before.ready and after.passes_until:
        assert before.passes_until
        assert after.passes_until >= before.passes_until


def stated(story: Story) -> list[str]:
    return list(story.facts().decisions)


@settings(max_examples=30)
@given(histories(), st.one_of(good_talks, talks), held_before, st.lists(indices, min_size=1, max_size=3))
def test_a_new_supporting_conversation_never_makes_it_worse(
    history: History, talk: dict[str, Any], before: timedelta, chosen: list[int]
) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    if not (keys := stated(story)):
        return
    story.now = as_of
    story.hear(*{keys[index % len(keys)] for index in chosen}, held_at=as_of - before, **talk)
    never_worse(verdict, story.verdict())


@settings(max_examples=30)
@given(histories(), indices, indices)
def test_support_by_a_conversation_that_is_there_never_makes_it_worse(
    history: History, talk: int, decision: int
) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    ids = list(story.facts().conversations)
    keys = stated(story)
    if ids and keys:
        story.now = as_of
        story.cite(ids[talk % len(ids)], keys[decision % len(keys)])
    never_worse(verdict, story.verdict(as_of=as_of))
