"""A verdict explains itself: its evidence makes up its counts, and what it asks for is enough."""

from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import given, settings

from schemas.readiness import CriterionResult, Readiness
from service.domain.facts.meetings import overlapping
from tests.domain.building import HONEST, TALK, Story, results_of
from tests.properties.histories import RICH, History, histories

FITTING: dict[str, Any] = {
    "kinds": "kind",
    "segment": "segment",
    "relationship": "relationship",
    "conducted_by": "conducted_by",
}
"""Filters that name the value of one field."""


def units(entry: CriterionResult, story: Story) -> int | None:
    """How many of a unit the evidence holds; None where that is not the whole count."""
    talks = story.facts().conversations
    rules = (
        c for g in story.rules.gates for c in (*g.criteria, *(c for d in g.decisions for c in d.criteria))
    )
    unit = next((getattr(c, "of", None) for c in rules if c.id == entry.id), None)
    ids = {evidence.conversation for evidence in entry.evidence}
    if entry.kind == "pattern" or unit == "customers":
        return len({talks[id].customer for id in ids})
    match unit:
        case "conversations":
            return None if overlapping(talks[id] for id in ids) else len(ids)
        case "quotes":
            return sum(talks[id].quotes for id in ids)
        case "segments":
            return None
        case "participants":
            return len({(talks[id].customer, ref) for id in ids for ref in talks[id].participants})
    return None


@settings(max_examples=20)
@given(histories())
def test_the_evidence_makes_up_the_count(history: History) -> None:
    story, as_of = history
    talks = story.facts().conversations
    for entry in results_of(story.verdict(as_of=as_of)):
        expected = units(entry, story)
        assert expected is None or entry.actual == expected
        for evidence in entry.evidence:
            assert evidence.expires_at is None or as_of < evidence.expires_at
            assert entry.kind == "contradictions" or talks[evidence.conversation].over_at <= as_of


@settings(max_examples=20)
@given(histories())
def test_what_is_evidence_for_a_count_is_not_said_to_count_for_nothing(history: History) -> None:
    verdict = history.story.verdict(as_of=history.as_of)
    for entry in results_of(verdict):
        if entry.kind == "contradictions":
            continue
        left_out = {n.citation for n in verdict.not_counted if not n.criteria or entry.id in n.criteria}
        assert left_out.isdisjoint(evidence.citation for evidence in entry.evidence)


@settings(max_examples=20)
@given(histories())
def test_outcomes_deficits_and_remedies_agree(history: History) -> None:
    for entry in results_of(history.story.verdict(as_of=history.as_of)):
        lacking = entry.actual < entry.required
        assert (entry.raw_outcome == "unmet") == lacking
        assert (entry.remedy is not None) == lacking
        if entry.kind == "sequence":
            continue
        assert (entry.deficit is not None) == lacking
        if entry.deficit:
            assert entry.deficit.missing == entry.required - entry.actual


def bring(story: Story, verdict: Readiness, entry: CriterionResult, held_at: datetime) -> None:
    """Bring what the deficit asks for: so many new customers, on the terms of its filters."""
    deficit = entry.deficit
    assert deficit is not None
    decision = next((d.key for d in verdict.decisions if entry in d.criteria), verdict.decisions[0].key)
    if decision not in story.facts().decisions:
        story.state(decision)
    terms = {FITTING[name]: first(value) for name, value in deficit.where.items() if name in FITTING}
    for number in range(deficit.missing):
        talk = {**HONEST, **RICH, "customer": f"new-{number}", **terms}
        story.hear(decision, held_at=held_at, **talk)


def first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


@settings(max_examples=40)
@given(histories())
def test_what_a_deficit_asks_for_is_enough(history: History) -> None:
    story, as_of = history
    story.now = as_of
    story.change(team=["pm-1", "pm-2"])
    verdict = story.verdict()
    for entry in results_of(verdict):
        deficit = entry.deficit
        if deficit is None or deficit.of not in ("conversations", "customers", "quotes"):
            continue
        if entry.kind == "pattern" or "stance" in deficit.where:
            continue
        held = as_of - TALK
        if deficit.held_after:
            held = datetime.combine(deficit.held_after + timedelta(days=1), time(), as_of.tzinfo)
        if held + TALK <= as_of:
            past = len(story.events)
            bring(story, verdict, entry, held)
            after = next(e for e in results_of(story.verdict()) if e.id == entry.id)
            assert after.outcome == "met"
            del story.events[past:]
