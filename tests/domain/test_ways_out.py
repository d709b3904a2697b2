"""A slip, an admission and another wording, each confirmed by a gatekeeper who is no party."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.rules.ways_out import (
    SLIP_WITHIN,
    admission_objection,
    dependent,
    lifted,
    slip_objection,
    wording_objection,
)
from tests.domain.building import Story, asks, gate, process

RULES = process(
    gate(
        "G1",
        asks("problem", {"at_least": 1, "of": "conversations", "waivable": False}),
        criteria=[{"contradictions": "answered"}],
    ),
    gate("G2"),
    min_minutes=15,
)
GATE_1 = "gate-1"


def new_story() -> Story:
    story = Story(RULES)
    story.state("problem")
    return story


def confirm_slip(story: Story, citation: str) -> None:
    story.record("citation.slip_confirmed", "radar", {"citation": citation}, actor=GATE_1)


def admit(story: Story, citation: str) -> None:
    facts = story.facts()
    codes = lifted(facts, RULES, facts.citations[citation])
    data = {"citation": citation, "gate": "G1", "codes": list(codes)}
    story.record("citation.admitted", "radar", data, actor=GATE_1)


def slipped(story: Story, stance: str = "contradicts", **after: Any) -> tuple[str, str]:
    """A talk that was cited with the wrong stance, which was withdrawn, and then as support."""
    talk = story.talk()
    wrong = story.cite(talk, "problem", stance)
    story.wait(**after)
    story.withdraw(wrong)
    return wrong, story.cite(talk, "problem")


@pytest.mark.parametrize("stance", ["contradicts", "mixed"])
def test_a_slip_that_is_confirmed_stands_against_nothing_and_wants_no_answer(stance: str) -> None:
    story = new_story()
    wrong, _ = slipped(story, stance)
    assert story.verdict().verdict == "blocked"
    confirm_slip(story, wrong)
    assert story.verdict().verdict == "ready"
    assert [each.citation for each in story.verdict().not_counted] in ([], [wrong])


def test_a_slip_is_withdrawn_within_a_day() -> None:
    for after, is_slip in ((SLIP_WITHIN, True), (SLIP_WITHIN + timedelta(microseconds=1), False)):
        story = new_story()
        wrong, right = slipped(story, exactly=after)
        facts = story.facts()
        assert (slip_objection(facts, facts.citations[wrong], GATE_1) is None) == is_slip
        assert slip_objection(facts, facts.citations[right], GATE_1) is not None


def test_what_still_stands_or_was_confirmed_before_is_no_slip() -> None:
    story = new_story()
    standing = story.hear("problem", stance="contradicts")
    assert slip_objection(story.facts(), story.facts().citations[standing], GATE_1) is not None
    story.withdraw(standing)
    confirm_slip(story, standing)
    assert slip_objection(story.facts(), story.facts().citations[standing], GATE_1) is not None


def test_an_admitted_citation_counts_and_says_by_whom() -> None:
    story = new_story()
    short = story.hear("problem", minutes=10)
    assert story.verdict().verdict == "blocked"
    admit(story, short)
    verdict = story.verdict()
    assert (verdict.verdict, verdict.not_counted) == ("ready", [])
    [evidence] = verdict.decisions[0].criteria[0].evidence
    assert evidence.admitted is not None
    assert (evidence.admitted.by, evidence.admitted.gate, evidence.admitted.codes) == (
        GATE_1,
        "G1",
        ("TOO_SHORT",),
    )


def test_what_comes_up_later_is_not_lifted() -> None:
    story = new_story()
    short = story.hear("problem", minutes=10)
    admit(story, short)
    story.revise("talk-1", consent="none")
    assert [each.code for each in story.verdict().not_counted] == ["CONSENT_WITHDRAWN"]


@pytest.mark.parametrize(
    "talk",
    [
        {},
        {"kind": "survey"},
        {"consent": "none", "minutes": 10},
        {"participants": []},
    ],
)
def test_nothing_but_rules_of_thumb_is_lifted(talk: dict[str, Any]) -> None:
    story = new_story()
    citation = story.hear("problem", **talk)
    facts = story.facts()
    assert admission_objection(facts, RULES, facts.citations[citation], "G1", GATE_1) is not None


def test_one_is_admitted_of_each_decision_at_each_gate() -> None:
    story = new_story()
    first, second = story.hear("problem", minutes=10), story.hear("problem", minutes=10)
    admit(story, first)
    facts = story.facts()
    assert admission_objection(facts, RULES, facts.citations[second], "G1", GATE_1) is not None
    assert admission_objection(facts, RULES, facts.citations[second], "G2", GATE_1) is None


def test_who_had_a_part_confirms_nothing() -> None:
    story = new_story()
    story.hear("problem", author="researcher")
    facts = story.facts()
    assert dependent(facts, GATE_1, "path.citation") is None
    for person in ("pm-1", "pm-2", "researcher"):
        assert dependent(facts, person, "path.citation") is not None


def restated(story: Story) -> None:
    before = story.facts().decisions["problem"]
    version = story._versions["problem"] = before.version + 1
    data = {"decision": "problem", "version": version, "revision": version, "owner": "pm-1"}
    story.record("decision.stated", "radar", data | {"wording_of": before.version})


def confirm_wording(story: Story) -> None:
    now = story.facts().decisions["problem"]
    data = {"decision": "problem", "version": now.version, "wording_of": now.wording_of}
    story.record("wording.confirmed", "radar", data, actor=GATE_1)


def test_another_wording_keeps_what_rests_on_it_once_it_is_confirmed() -> None:
    story = new_story()
    story.hear("problem")
    answered = story.hear("problem", stance="contradicts")
    story.answer(answered)
    assert story.verdict().verdict == "ready"
    restated(story)
    pending = story.verdict()
    assert (pending.verdict, pending.decisions[0].wording_only) == ("blocked", "pending")
    assert wording_objection(story.facts(), story.facts().decisions["problem"], GATE_1) is None
    confirm_wording(story)
    confirmed = story.verdict()
    assert (confirmed.verdict, confirmed.decisions[0].wording_only) == ("ready", "confirmed")
    assert wording_objection(story.facts(), story.facts().decisions["problem"], GATE_1) is not None


def test_what_outdates_votes() -> None:
    story = new_story()
    short = story.hear("problem", minutes=10)
    wrong, _ = slipped(story)
    for confirm, citation, why in ((admit, short, "ADMITTED"), (confirm_slip, wrong, "SLIP_CONFIRMED")):
        story.vote("gate-2")
        confirm(story, citation)
        assert next(reversed(story.facts().approvals.values())).outdated == why


TALKS = st.lists(
    st.tuples(
        st.sampled_from(["supports", "contradicts", "mixed", "neutral"]),
        st.sampled_from([{}, {"minutes": 10}, {"attendees": []}, {"kind": "survey"}]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(TALKS)
def test_no_slip_and_no_admission_ever_blocks(talks: list[tuple[str, dict[str, Any], bool]]) -> None:
    story = new_story()
    for stance, facts, is_withdrawn in talks:
        talk = story.talk(**facts)
        citation = story.cite(talk, "problem", stance)
        if is_withdrawn:
            story.withdraw(citation)
            story.cite(talk, "problem")
    for id in [*story.facts().citations]:
        before, known = story.verdict(), story.facts()
        if slip_objection(known, known.citations[id], GATE_1) is None:
            confirm_slip(story, id)
        elif admission_objection(known, RULES, known.citations[id], "G1", GATE_1) is None:
            admit(story, id)
        after = story.verdict()
        assert set(after.blocking) <= set(before.blocking)
