"""A waiver lets its own criteria pass, here, while it holds; and nothing else, nowhere else, never after."""

from dataclasses import replace
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.readiness import CriterionResult, Readiness
from service.domain.facts.waivers import due_at, ends_at
from tests.domain.building import TICK, Story, results_of
from tests.properties.histories import History, happen, histories, indices, next_gate, waivable


class Waived(NamedTuple):
    """A history, and a waiver that was given at its end."""

    story: Story
    gate: str
    criterion: str
    waiver: str


def give(history: History, index: int, lasting: int) -> Waived | None:
    story = history.story
    story.now = history.as_of
    gate = next_gate(story)
    ids = waivable(story, gate) if gate else []
    if not gate or not ids:
        return None
    criterion = ids[index % len(ids)]
    return Waived(story, gate, criterion, story.waive(criterion, gate=gate, days=lasting))


def results(verdict: Readiness) -> list[CriterionResult]:
    """But for approvals: a new waiver outdates those."""
    return [entry for entry in results_of(verdict) if entry.kind != "approvals"]


def raw(entries: list[CriterionResult]) -> list[CriterionResult]:
    return [replace(e, outcome=e.raw_outcome, waiver=None) for e in entries]


def others(verdict: Readiness, criterion: str) -> list[CriterionResult]:
    return [entry for entry in results(verdict) if entry.id != criterion]


@settings(max_examples=30)
@given(histories(), indices, st.integers(1, 30))
def test_a_waiver_changes_its_own_criterion_at_its_own_gate_and_nothing_else(
    history: History, index: int, lasting: int
) -> None:
    gates = [gate.key for gate in history.story.rules.gates]
    before = {key: history.story.verdict(key, as_of=history.as_of) for key in gates}
    given_one = give(history, index, lasting)
    if given_one is None:
        return
    story, here, criterion, _ = given_one
    for key in gates:
        after = story.verdict(key)
        if key == here and not after.not_evaluable:
            assert others(after, criterion) == others(before[key], criterion)
            assert raw(results(after)) == raw(results(before[key]))
            assert set(before[key].blocking) - set(after.blocking) <= {criterion}
        else:
            assert results(after) == results(before[key])


@settings(max_examples=30)
@given(histories(), indices, st.integers(1, 30))
def test_it_holds_to_the_microsecond(history: History, index: int, lasting: int) -> None:
    given_one = give(history, index, lasting)
    if given_one is None:
        return
    story, gate, criterion, id = given_one
    end = ends_at(story.facts().waivers[id])
    assert end is not None
    for instant, holds in ((story.now, True), (end - TICK, True), (end, False), (end + TICK, False)):
        verdict = story.verdict(gate, as_of=instant)
        for entry in results_of(verdict):
            if entry.id == criterion:
                assert entry.waiver is not None
                assert (entry.waiver.state in ("active", "not_needed")) == holds
                assert (entry.outcome == "waived") == (holds and entry.raw_outcome == "unmet")


@settings(max_examples=30)
@given(histories())
def test_a_verdict_is_waived_when_nothing_blocks_and_a_waiver_is_why(history: History) -> None:
    story, as_of = history
    for gate in story.rules.gates:
        verdict = story.verdict(gate.key, as_of=as_of)
        under = [entry for entry in results_of(verdict) if entry.outcome == "waived"]
        assert (verdict.verdict == "waived") == (verdict.ready and bool(under))
        for entry in under:
            assert (entry.raw_outcome, entry.waivable, entry.level) == ("unmet", True, "must")
            assert entry.waiver
            assert entry.waiver.state == "active"
            owing = [owed for owed in verdict.owed if owed.waiver == entry.waiver.id]
            assert any(entry.id in owed.criteria for owed in owing)


@settings(max_examples=30)
@given(histories())
def test_no_waiver_takes_a_must_decision_below_one_conversation(history: History) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    for decision in verdict.decisions:
        if verdict.ready and decision.level == "must":
            assert any(entry.kind == "at_least" and entry.evidence for entry in decision.criteria)


@settings(max_examples=30)
@given(histories(), indices)
def test_revoking_never_unblocks(history: History, index: int) -> None:
    story, as_of = history
    before = {gate.key: story.verdict(gate.key, as_of=as_of) for gate in story.rules.gates}
    story.now = as_of
    happen(story, [("revoke", index)])
    for key, earlier in before.items():
        assert set(earlier.blocking) <= set(story.verdict(key).blocking)


@settings(max_examples=30)
@given(histories())
def test_what_is_overdue_blocks_every_later_gate_until_it_is_delivered(history: History) -> None:
    story, as_of = history
    story.now = as_of
    order = [gate.key for gate in story.rules.gates]
    for key in order:
        verdict = story.verdict(key)
        overdue = [owed for owed in verdict.owed if owed.overdue]
        assert all(order.index(owed.gate) < order.index(key) for owed in overdue)
        if verdict.verdict != "not_evaluable":
            assert bool(overdue) == ("evidence-owed" in verdict.blocking)


@settings(max_examples=30)
@given(histories())
def test_no_waiver_holds_when_its_evidence_is_overdue(history: History) -> None:
    for waiver in history.story.facts().waivers.values():
        end, due = ends_at(waiver), due_at(waiver)
        assert end is None or due is None or end <= due
