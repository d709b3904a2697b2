"""Comparing passes: order never matters, every pass is counted once, and the parts add up to the whole."""

from collections import Counter
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.launches.passes import Comparison, GivenOutcome, LaunchedConcept, compare, pass_of

FEW = settings(max_examples=10)
"""Each is a handful of launches: sums of counters, which no rare case breaks."""
DECISIONS = ("problem", "price", "channel")
versions = st.integers(1, 3)
verdicts = st.builds(
    GivenOutcome,
    st.sampled_from(["held", "did_not_hold"]),
    st.sampled_from(["generalise", "leave_behind", None]),
)


@st.composite
def criteria(draw: st.DrawFn, prefix: str) -> list[dict[str, Any]]:
    outcomes = st.sampled_from(["met", "unmet", "waived", "not_applicable"])
    return [
        {
            "id": f"{prefix}-{n}",
            "kind": "at_least",
            "level": draw(st.sampled_from(["must", "should"])),
            "outcome": outcome,
            "waiver": {"id": f"wvr_{prefix}"} if outcome == "waived" else None,
        }
        for n, outcome in enumerate(draw(st.lists(outcomes, max_size=3)))
    ]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    gate = draw(st.sampled_from(["G1", "G2"]))
    return {
        "gate": gate,
        "process": {"key": draw(st.sampled_from(["small", "large"])), "version": draw(versions)},
        "decisions": [
            {
                "key": key,
                "version": draw(st.none() | versions),
                "asked_by": gate,
                "criteria": draw(criteria(f"{gate}-{key}")),
            }
            for key in draw(st.lists(st.sampled_from(DECISIONS), unique=True))
        ],
        "gate_criteria": draw(criteria(f"{gate}-gate")),
    }


@st.composite
def concepts(draw: st.DrawFn, *, judged: bool = True) -> LaunchedConcept:
    launched = draw(st.dictionaries(st.sampled_from(DECISIONS), versions))
    body = {key: draw(verdicts) for key in launched if judged and draw(st.booleans())}
    gone = draw(st.lists(documents(), max_size=3))
    return LaunchedConcept([pass_of(f"rev_{n}", each, launched, body) for n, each in enumerate(gone)], body)


everything = st.lists(concepts(), max_size=6)


def shuffled(launched: list[LaunchedConcept], order: Random) -> list[LaunchedConcept]:
    """In another order, and what is in them too."""

    def mixed(concept: LaunchedConcept) -> LaunchedConcept:
        passes = [
            each._replace(criteria=order.sample(each.criteria, len(each.criteria))) for each in concept.passes
        ]
        return concept._replace(passes=order.sample(passes, len(passes)))

    return order.sample([mixed(each) for each in launched], len(launched))


@FEW
@given(everything, st.randoms(use_true_random=False))
def test_order_never_matters(launched: list[LaunchedConcept], order: Random) -> None:
    assert compare(shuffled(launched, order)) == compare(launched)


@FEW
@given(everything)
def test_every_pass_and_every_criterion_of_it_is_counted_once(launched: list[LaunchedConcept]) -> None:
    comparison = compare(launched)
    passes = [each for concept in launched for each in concept.passes]

    assert comparison.with_waiver.total() + comparison.without_waiver.total() == len(passes)
    assert comparison.with_waiver.total() == sum(bool(each.waived) for each in passes)
    asked = Counter((each.process, judged.id) for each in passes for judged in each.criteria)
    assert {key: compared.counts.total() for key, compared in comparison.criteria.items()} == asked
    assert comparison.concepts == sum(bool(concept.passes) for concept in launched)


@FEW
@given(everything, everything)
def test_the_parts_add_up(some: list[LaunchedConcept], others: list[LaunchedConcept]) -> None:
    whole, first, second = compare([*some, *others]), compare(some), compare(others)

    assert whole.concepts == first.concepts + second.concepts
    assert whole.decisions == first.decisions + second.decisions
    assert whole.with_waiver == first.with_waiver + second.with_waiver
    assert whole.without_waiver == first.without_waiver + second.without_waiver
    for key, compared in whole.criteria.items():
        parts = [part.criteria[key] for part in (first, second) if key in part.criteria]
        assert compared.counts == sum((part.counts for part in parts), Counter())
        assert compared.versions == set().union(*(part.versions for part in parts))


@FEW
@given(everything)
def test_no_decision_is_counted_twice_for_a_concept(launched: list[LaunchedConcept]) -> None:
    comparison: Comparison = compare(launched)
    decided = comparison.decisions["held"] + comparison.decisions["did_not_hold"]
    assert decided + comparison.decisions["open"] <= len(DECISIONS) * comparison.concepts
    assert comparison.decisions["generalise"] + comparison.decisions["leave_behind"] <= decided


@FEW
@given(st.lists(concepts(judged=False), max_size=6))
def test_without_a_verdict_nothing_held_and_nothing_failed(launched: list[LaunchedConcept]) -> None:
    comparison = compare(launched)
    assert set(comparison.with_waiver + comparison.without_waiver) <= {"open", "restated"}
    assert set(comparison.decisions) <= {"open"}
