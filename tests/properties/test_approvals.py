"""Consent is bound to what was seen: more of it never blocks, and nothing brings it back."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.building import results_of
from tests.properties.histories import Step, Told, good_talks, happen, histories, indices, next_gate, steps


def counting(told: Told) -> set[str]:
    """The approvals that count at some gate."""
    verdicts = [told.story.verdict(gate.key, as_of=told.as_of) for gate in told.story.rules.gates]
    every = (seen for said in verdicts for entry in results_of(said) for seen in entry.approvals)
    return {seen.id for seen in every if seen.counts}


@settings(max_examples=40)
@given(histories(), indices)
def test_approving_more_never_blocks(told: Told, person: int) -> None:
    story, as_of = told
    before = {gate.key: story.verdict(gate.key, as_of=as_of) for gate in story.rules.gates}
    story.now = as_of
    if following := next_gate(story):
        story.vote(f"gatekeeper-{person % 3}", gate=following, heard=as_of)
    for key, said in before.items():
        after = story.verdict(key)
        assert set(after.blocking) <= set(said.blocking)
        assert after.ready or not said.ready


@settings(max_examples=60)
@given(histories(), st.lists(steps, max_size=4))
def test_what_is_outdated_never_counts_again(told: Told, later: list[Step]) -> None:
    story, as_of = told
    gone = {id for id, approval in story.facts().approvals.items() if approval.outdated}
    story.now = as_of
    happen(story, later)
    assert not gone & counting(Told(story, story.now))


@settings(max_examples=60)
@given(histories(), good_talks)
def test_neither_support_nor_age_outdates_it(told: Told, talk: dict[str, Any]) -> None:
    story, as_of = told
    before = {id for id, approval in story.facts().approvals.items() if not approval.outdated}
    story.now = as_of
    if keys := list(story.facts().decisions):
        story.hear(keys[0], **talk)
    story.wait(days=500)
    assert before == {id for id, approval in story.facts().approvals.items() if not approval.outdated}
    assert counting(Told(story, story.now)) <= before
