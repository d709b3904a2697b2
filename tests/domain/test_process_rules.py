from typing import Any

import pytest

from schemas.process import Process
from service.domain.rules.process_rules import broken_rules, decision_keys, digest, looks_at_themes, with_ids
from tests.domain.building import asks, gate, process

HEARD = {"at_least": 1, "of": "conversations", "waivable": False}


def rules(*gates: dict[str, Any]) -> list[str]:
    """What these gates break."""
    return [broken.rule for broken in broken_rules(process(*gates))]


def test_a_small_process_breaks_nothing() -> None:
    assert rules(gate("G1"), gate("G2")) == []


def test_criteria_are_named_by_their_place_unless_they_have_a_name() -> None:
    named = process(
        gate("G1", asks("problem", HEARD, {**HEARD, "id": "mine"}, HEARD), criteria=[HEARD, HEARD])
    )
    (only,) = named.gates
    assert [c.id for c in only.decisions[0].criteria] == ["g1-problem-1", "mine", "g1-problem-3"]
    assert [c.id for c in only.criteria] == ["g1-gate-1", "g1-gate-2"]


def test_naming_twice_changes_nothing() -> None:
    named = process(gate("G1"), gate("G2"))
    assert with_ids(named) == named


def test_gate_keys_are_unique() -> None:
    assert "gate keys are unique in a process" in rules(gate("G1"), gate("G1"))


def test_criterion_ids_are_unique_and_not_gateproofs_own() -> None:
    twice = {**HEARD, "id": "mine"}
    messages = rules(gate("G1", asks("problem", twice)), gate("G2", asks("problem", twice)))
    assert messages == ["criterion ids are unique in a process; mine stands more than once"] * 2
    assert rules(gate("G1", asks("problem", {**HEARD, "id": "gates-in-order"}))) == [
        "this id is Gateproof's own"
    ]


def test_a_product_is_launched_once() -> None:
    assert rules(gate("G1", launch=True), gate("G2", launch=True)) == ["a product is launched once"]


def test_opens_needs_a_launch_before() -> None:
    opens = {"after_launch_days": 1}
    messages = ["opens is counted from a launch at an earlier gate"]
    assert rules(gate("G1"), gate("G2", opens=opens)) == messages
    assert rules(gate("G1", opens=opens, launch=True), gate("G2")) == messages
    assert rules(gate("G1", launch=True), gate("G2", opens=opens)) == []


def test_since_launch_needs_a_launch_before() -> None:
    since = {**HEARD, "where": {"since": "launch"}}
    assert rules(gate("G1", asks("problem", HEARD, since), launch=True)) == [
        "since: launch needs a launch at an earlier gate"
    ]
    assert rules(gate("G1", launch=True), gate("G2", asks("problem", since))) == []


def test_nothing_can_ask_for_transcripts_before_there_are_any() -> None:
    transcript = {**HEARD, "where": {"has": "transcript"}}
    assert rules(gate("G1", asks("problem", HEARD, transcript))) == [
        "no conversation has a transcript yet: they cannot be attached"
    ]


def test_every_gate_asks_for_a_must_decision() -> None:
    should = asks("problem", HEARD, level="should")
    assert rules(gate("G1", should)) == ["every gate asks for at least one decision as must"]


def test_a_gate_asks_for_a_decision_once() -> None:
    named = {**HEARD, "id": "mine"}
    messages = rules(gate("G1", asks("problem"), asks("problem", named)))
    assert messages == ["a gate asks for a decision once"] * 2


@pytest.mark.parametrize(
    "criterion",
    [
        {**HEARD, "waivable": True},
        {**HEARD, "level": "should"},
        {**HEARD, "of": "customers"},
        {**HEARD, "where": {"stance": ["supports", "contradicts"]}},
        {"contradictions": "answered", "waivable": False},
        {"disconfirmation": 1, "waivable": False},
        {"pattern": 1, "waivable": False},
    ],
)
def test_every_must_decision_rests_on_a_conversation_that_cannot_be_waived(
    criterion: dict[str, Any],
) -> None:
    (message,) = rules(gate("G1", asks("problem", criterion)))
    assert message.startswith("every must decision has a must criterion of at least one conversation")


def test_a_should_decision_needs_none() -> None:
    should = asks("vision", {"pattern": 2}, level="should")
    assert rules(gate("G1", asks("problem"), should)) == []


def test_the_same_content_has_the_same_digest_whatever_its_key() -> None:
    def published(**fields: Any) -> Process:
        return Process.model_validate({"title": "T", "gates": [gate("G1")], **fields})

    assert digest(published()) == digest(published(key="a")) == digest(published(key="b"))
    assert digest(published()) != digest(published(title="U"))
    assert digest(published()).startswith("sha256:")


@pytest.mark.parametrize("rule", [{"pattern": 2}, {**HEARD, "where": {"theme": "late news"}}])
def test_a_process_that_looks_at_themes_says_so(rule: dict[str, Any]) -> None:
    assert looks_at_themes(process(gate("G1"), gate("G2", asks("price", rule))))
    assert looks_at_themes(process(gate("G1", criteria=[rule])))


def test_a_process_that_does_not_look_at_themes_says_so_too() -> None:
    others: list[dict[str, Any]] = [
        HEARD,
        {**HEARD, "where": {"theme": None}},
        {"contradictions": "answered"},
    ]
    assert not looks_at_themes(process(gate("G1", criteria=others)))


def test_every_decision_that_some_gate_asks_for() -> None:
    asked = decision_keys(process(gate("G1"), gate("G2", asks("price"), asks("problem"))))
    assert list(asked) == ["problem", "price"]
