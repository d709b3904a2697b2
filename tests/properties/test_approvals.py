"""Consent is bound to what was seen: more of it never blocks, and nothing brings it back."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.building import results_of
from tests.properties.histories import History, Step, good_talks, happen, histories, indices, next_gate, steps


def counting(history: History) -> set[str]:
    """The approvals that count at some gate."""
    verdicts = [history.story.verdict(gate.key, as_of=history.as_of) for gate in history.story.rules.gates]
    every = (seen for verdict in verdicts for entry in results_of(verdict) for seen in entry.approvals)
    return {seen.id for seen in every if seen.counts}


@settings(max_examples=20)
@given(histories(), indices)
def test_approving_more_never_blocks(history: History, person: int) -> None:
    story, as_of = history
    before = {gate.key: story.verdict(gate.key, as_of=as_of) for gate in story.rules.gates}
    story.now = as_of
    if following := next_gate(story):
        story.vote(f"gatekeeper-{person % 3}", gate=following, first_hand_at=as_of)
    for key, earlier in before.items():
        after = story.verdict(key)
        assert set(after.blocking) <= set(earlier.blocking)
        assert after.ready or not earlier.ready


@settings(max_examples=30)
@given(histories(), st.lists(steps, max_size=4))
def test_what_is_outdated_never_counts_again(history: History, later: list[Step]) -> None:
    story, as_of = history
    gone = {id for id, approval in story.facts().approvals.items() if approval.outdated}
    story.now = as_of
    happen(story, later)
    assert not gone & counting(History(story, story.now))


@settings(max_examples=30)
@given(histories(), good_talks)
def test_neither_support_nor_age_outdates_it(history: History, talk: dict[str, Any]) -> None:
    story, as_of = history
    before = {id for id, approval in story.facts().approvals.items() if not approval.outdated}
    story.now = as_of
    if keys := list(story.facts().decisions):
        story.hear(keys[0], **talk)
    story.wait(days=500)
    assert before == {id for id, approval in story.facts().approvals.items() if not approval.outdated}
    assert counting(History(story, story.now)) <= before
