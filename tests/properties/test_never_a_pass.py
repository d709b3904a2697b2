"""Nothing to evaluate, an unmet must, a skipped gate: never a pass."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings

from schemas.process import Process
from schemas.readiness import Readiness
from tests.domain.building import days, results_of
from tests.properties.histories import (
    History,
    decision_keys,
    histories,
    new_story,
    random_processes,
    shipped,
    walked,
)


def every_gate(history: History) -> Iterable[Readiness]:
    story, as_of = history
    yield story.verdict(as_of=as_of)
    yield from (story.verdict(gate.key, as_of=as_of) for gate in story.rules.gates)


@settings(max_examples=20)
@given(histories())
def test_ready_means_that_there_was_something_to_judge_and_every_must_was_met(history: History) -> None:
    for verdict in every_gate(history):
        unmet = {(e.id, e.level) for e in results_of(verdict) if e.outcome == "unmet"}
        assert verdict.ready == (verdict.verdict in ("ready", "waived"))
        assert verdict.blocking == [e.id for e in results_of(verdict) if (e.id, "must") in unmet]
        assert verdict.warnings == [e.id for e in results_of(verdict) if (e.id, "should") in unmet]
        assert (verdict.verdict == "not_evaluable") == (verdict.not_evaluable is not None)
        if verdict.ready:
            assert not verdict.not_evaluable
            assert not verdict.blocking
            assert any(e.level == "must" and e.outcome == "met" for e in results_of(verdict))


@settings(max_examples=20)
@given(histories())
def test_ready_means_that_every_must_decision_is_stated_and_rests_on_a_conversation(history: History) -> None:
    for verdict in every_gate(history):
        for decision in verdict.decisions:
            if verdict.ready and decision.level == "must":
                assert decision.version is not None
                assert any(entry.evidence for entry in decision.criteria)


@settings(max_examples=20)
@given(histories())
def test_ready_means_that_every_gate_before_was_passed(history: History) -> None:
    story, as_of = history
    order = [gate.key for gate in story.rules.gates]
    following = story.verdict(as_of=as_of).gate
    for gate in story.rules.gates:
        if following and order.index(gate.key) > order.index(following):
            assert not story.verdict(gate.key, as_of=as_of).ready


@settings(max_examples=15)
@given(random_processes)
def test_a_new_concept_passes_no_gate(rules: Process) -> None:
    passes_none(rules)


def passes_none(rules: Process) -> None:
    story = new_story(rules)
    for gate in rules.gates:
        assert not story.verdict(gate.key).ready
    story.state(*decision_keys(rules))
    for gate in rules.gates:
        story.note(gate.key)
    for gate in rules.gates:
        assert not story.verdict(gate.key).ready


@pytest.mark.parametrize("rules", shipped(), ids=lambda rules: str(rules.key))
def test_a_new_concept_passes_no_gate_of_a_shipped_process(rules: Process) -> None:
    passes_none(rules)


@pytest.mark.parametrize("rules", shipped(), ids=lambda rules: str(rules.key))
def test_a_team_that_talks_with_customers_passes_every_gate_of_a_shipped_process(rules: Process) -> None:
    for number, gate in enumerate(rules.gates):
        story = walked(rules, number, 13, [])
        verdict = story.verdict()
        assert (verdict.gate, verdict.verdict) == (gate.key, "ready")
        assert not verdict.warnings
        assert not story.verdict(as_of=story.now + days(91)).ready
