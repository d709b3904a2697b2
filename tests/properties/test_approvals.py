"""Consent is bound to what was seen: more of it never blocks, and nothing brings it back."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.rules.approval_rules import Ballot, VoteInputs, plan_vote
from service.domain.rules.review_outcomes import Objection
from tests.domain.building import Story, ref_of, results_of
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


@settings(max_examples=30)
@given(histories(), st.lists(good_talks, max_size=3))
def test_more_support_by_others_leaves_every_vote_as_acceptable_as_it_was(
    history: History, talks: list[dict[str, Any]]
) -> None:
    story, as_of = history
    story.now = as_of
    gate, keys = next_gate(story), list(story.facts().decisions)
    if gate is None or not keys:
        return
    before = [refusal(story, gate, f"gatekeeper-{number}") for number in range(3)]
    for talk in talks:
        story.hear(keys[0], **talk)
    after = [refusal(story, gate, f"gatekeeper-{number}") for number in range(3)]
    for then, now in zip(before, after, strict=True):
        assert now == then or (now, then) == (None, "nothing-to-approve")


def refusal(story: Story, gate: str, person: str) -> str | None:
    """The problem of a go vote; None: it is accepted."""
    facts = story.facts()
    ref = ref_of(facts.process_version)
    inputs = VoteInputs(story.rules, ref, story.events, facts, story.themes, story.now)
    plan = plan_vote(Ballot(gate, "go", person, None), inputs)
    return plan.problem_type if isinstance(plan, Objection) else None


@settings(max_examples=30)
@given(histories(), indices, st.lists(steps, max_size=3))
def test_a_vote_never_outlives_what_it_saw(history: History, person: int, later: list[Step]) -> None:
    """Where it still stands, its gate rests on no fewer talks, and on the same ones as they were."""
    story, as_of = history
    story.now = as_of
    gate = next_gate(story)
    if gate is None:
        return
    who = f"gatekeeper-{person % 3}"
    inputs = VoteInputs(
        story.rules, ref_of(story.version), story.events, story.facts(), story.themes, story.now
    )
    plan = plan_vote(Ballot(gate, "go", who, None), inputs)
    if isinstance(plan, Objection):
        return
    vote, saw = story.vote(who, gate=gate, **plan._asdict()), story.facts()
    happen(story, later)
    now = story.facts()
    if now.approvals[vote].outdated is not None:
        return
    assert {key: each.version for key, each in now.decisions.items() if key in saw.decisions} == {
        key: each.version for key, each in saw.decisions.items()
    }
    for id in plan.counted:
        assert now.conversations[id].digest == saw.conversations[id].digest
        assert (now.conversations[id].withdrawn, now.conversations[id].erased) == (
            saw.conversations[id].withdrawn,
            saw.conversations[id].erased,
        )
    assert not [each for each in now.reviews[len(saw.reviews) :] if each.outcome in ("hold", "kill")]
