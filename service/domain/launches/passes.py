"""Passes that held beside passes that did not: per criterion, and with a waiver or without."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schemas.vocabulary import Became, Learning, Level, OutcomeVerdict

WORST_FIRST: tuple[Became, ...] = ("did_not_hold", "open", "held")
"""What several decisions became together: the first of these that any of them became."""


class JudgedCriterion(NamedTuple):
    """A criterion at a pass, and what became of what it was for. `decision` None: a rule of the gate."""

    id: str
    gate: str
    decision: str | None
    kind: str
    level: Level
    outcome: str
    waiver: str | None
    became: Became


class Pass(NamedTuple):
    """A go that the launch rests on. `decisions`: what became of each that it asked for."""

    review: str
    gate: str
    process: str
    version: int
    decisions: Mapping[str, Became]
    criteria: Sequence[JudgedCriterion]

    @property
    def waived(self) -> list[JudgedCriterion]:
        """The criteria that waivers let pass."""
        return [each for each in self.criteria if each.outcome == "waived"]


class GivenOutcome(NamedTuple):
    """The verdict after the launch on a decision, and what to learn from it."""

    verdict: OutcomeVerdict
    learning: Learning | None


class LaunchedConcept(NamedTuple):
    """One launched concept: its passes, and what was said of its decisions."""

    passes: Sequence[Pass]
    verdicts: Mapping[str, GivenOutcome]


def pass_of(
    review: str, frozen: Mapping[str, Any], launched: Mapping[str, int], verdicts: Mapping[str, GivenOutcome]
) -> Pass:
    """A pass from its frozen verdict. `launched`: the versions of the decisions that were launched."""
    asked = frozen["decisions"]
    decisions = {
        each["key"]: _became(each["key"], each["version"], launched, verdicts)
        for each in asked
        if each["version"] is not None
    }
    criteria = [
        _judged(criterion, each["asked_by"], each["key"], decisions.get(each["key"], "restated"))
        for each in asked
        for criterion in each["criteria"]
    ]
    whole = worst_of(decisions.values())
    criteria += [_judged(criterion, frozen["gate"], None, whole) for criterion in frozen["gate_criteria"]]
    process = frozen["process"]
    return Pass(review, frozen["gate"], process["key"], process["version"], decisions, criteria)


def worst_of(became: Iterable[Became]) -> Became:
    """The outcome of several decisions together: the worst of them, by WORST_FIRST; restated if all were."""
    every = set(became)
    return next((each for each in WORST_FIRST if each in every), "restated")


def _became(
    key: str, version: int, launched: Mapping[str, int], verdicts: Mapping[str, GivenOutcome]
) -> Became:
    if launched.get(key) != version:
        return "restated"
    return verdicts[key].verdict if key in verdicts else "open"


def _judged(criterion: Mapping[str, Any], gate: str, decision: str | None, became: Became) -> JudgedCriterion:
    waiver = criterion["waiver"]
    return JudgedCriterion(
        id=criterion["id"],
        gate=gate,
        decision=decision,
        kind=criterion["kind"],
        level=criterion["level"],
        outcome=criterion["outcome"],
        waiver=waiver["id"] if waiver else None,
        became=became,
    )


@dataclass(slots=True)
class CriterionOverPasses:
    """One criterion over every pass that asked for it."""

    description: tuple[int, str, str, str, Level] = (0, "", "", "", "must")
    """Version, gate, decision, kind and level: as in the newest version."""
    versions: set[int] = field(default_factory=set)
    counts: Counter[tuple[str, Became]] = field(default_factory=Counter)
    """By outcome at the pass, and what became of it."""


@dataclass(slots=True)
class Comparison:
    """Counts: as many as there are criteria, however many concepts there are."""

    concepts: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    with_waiver: Counter[str] = field(default_factory=Counter)
    without_waiver: Counter[str] = field(default_factory=Counter)
    criteria: dict[tuple[str, str], CriterionOverPasses] = field(default_factory=dict)
    """By process and criterion."""


def compare(launched: Iterable[LaunchedConcept]) -> Comparison:
    """Count them, one concept after the other. Their order never matters."""
    comparison = Comparison()
    for concept in launched:
        if concept.passes:
            comparison.concepts += 1
            _count_decisions(comparison, concept)
        for each in concept.passes:
            _count_pass(comparison, each)
    return comparison


def _count_decisions(comparison: Comparison, concept: LaunchedConcept) -> None:
    """Each once, at whichever of the gates it was passed as it was launched."""
    became = {
        key: outcome
        for each in concept.passes
        for key, outcome in each.decisions.items()
        if outcome != "restated"
    }
    comparison.decisions.update(became.values())
    learnt = [concept.verdicts[key].learning for key in became if key in concept.verdicts]
    comparison.decisions.update(learning for learning in learnt if learning)


def _count_pass(comparison: Comparison, each: Pass) -> None:
    counter = comparison.with_waiver if each.waived else comparison.without_waiver
    counter[worst_of(each.decisions.values())] += 1
    for judged in each.criteria:
        compared = comparison.criteria.setdefault((each.process, judged.id), CriterionOverPasses())
        description = (each.version, judged.gate, judged.decision or "", judged.kind, judged.level)
        compared.description = max(compared.description, description)
        compared.versions.add(each.version)
        compared.counts[judged.outcome, judged.became] += 1
