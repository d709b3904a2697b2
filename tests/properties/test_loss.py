"""Withdrawing or ageing anything can never unblock a concept."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.readiness import Readiness
from tests.domain.building import results_of
from tests.properties.histories import History, histories, indices, sample, turning_points


def never_better(before: Readiness, after: Readiness) -> None:
    if not before.ready:
        assert not after.ready
    assert set(after.blocking) >= set(before.blocking)
    assert set(after.warnings) >= set(before.warnings)
    actual = {entry.id: entry.actual for entry in results_of(after)}
    for entry in results_of(before):
        # What is owed falls due with time, and counts as paid only then.
        assert entry.kind == "owed" or actual[entry.id] <= entry.actual


@settings(max_examples=30)
@given(histories(), st.booleans(), indices)
def test_withdrawing_a_conversation_or_a_citation_never_unblocks(
    history: History, whole: bool, chosen: int
) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    facts = story.facts()
    ids = list(facts.conversations if whole else facts.citations)
    if ids:
        story.now = as_of
        story.withdraw(ids[chosen % len(ids)])
    never_better(verdict, story.verdict(as_of=as_of))


@settings(max_examples=30)
@given(histories())
def test_withdrawing_everything_never_unblocks(history: History) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    facts = story.facts()
    story.now = as_of
    every = [*facts.citations, *facts.conversations]
    for some in sample(range(len(every))):
        for id in every[some : some + len(every) // 12 + 1]:
            story.withdraw(id)
        never_better(verdict, verdict := story.verdict())


@settings(max_examples=30)
@given(histories(), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)))
def test_ageing_never_unblocks_but_for_a_gate_that_opens(history: History, later: timedelta) -> None:
    story = history.story
    latest = max((c.over_at for c in story.facts().conversations.values()), default=history.as_of)
    start = max(history.as_of, latest)
    verdict = story.verdict(as_of=start)
    after = [instant for instant in turning_points(story) if instant > start]
    for instant in sorted([*sample(after), start + later]):
        following = story.verdict(as_of=instant)
        if verdict.not_evaluable and verdict.not_evaluable.code == "GATE_NOT_OPEN":
            verdict = following
            continue
        never_better(verdict, following)
        verdict = following
