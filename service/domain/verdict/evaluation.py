"""Evaluating each decision, and the gate as a whole, by its criteria."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import AskedDecision, Criterion, Gate, Process, ProcessRef
from schemas.readiness import CriterionResult, Owed
from schemas.vocabulary import Level, Wording
from service.domain.criteria.admissible import assessed_citations
from service.domain.criteria.intervals import FOREVER
from service.domain.criteria.result import CriterionEvaluation, References, evaluate_criterion
from service.domain.criteria.weighing import CriterionInputs, count, level_of, weigh
from service.domain.facts.model import Decision, Facts
from service.domain.facts.progress import before, progress_of
from service.domain.facts.waivers import approved_waivers
from service.domain.verdict.case import Case, DecisionInputs, GateInputs, StatedDecision, asked_of
from service.domain.verdict.context import DecisionView, GateContext, touching
from service.domain.verdict.debts import Debt, debts_of, entry_of, owed, owing
from service.domain.verdict.waiver_effects import waived


def gate_inputs(context: GateContext, ref: ProcessRef) -> GateInputs:
    """Everything that does not change with time, worked out once."""
    process, facts, progress, gate = context.process, context.facts, context.progress, context.gate
    earlier = [each.key for each in before(process, gate)]
    scope = context.whole.scope
    debts = debts_of(process, facts, progress, context.whole.own, scope.themes, scope.touched)
    return GateInputs(
        decisions=tuple(_decision_inputs(facts, each) for each in context.decisions),
        whole=tuple(weigh(criterion, context.whole, facts) for criterion in gate.criteria),
        earlier=len(earlier),
        skipped=tuple(key for key in earlier if key not in progress.passed),
        waivers=approved_waivers(facts, gate.key, ref),
        debts=tuple(debt for debt in debts if debt.waiver.gate in earlier),
        evidence=tuple(context.whole.pool.entries),
    )


def _decision_inputs(facts: Facts, looked_at: DecisionView) -> DecisionInputs:
    (decision, gate), view = looked_at
    now = facts.decisions.get(decision.key)
    stated = StatedDecision(now.statement, now.version, now.owner, _wording(now)) if now else None
    weighed = tuple(weigh(criterion, view, facts) for criterion in decision.criteria)
    return DecisionInputs(gate.key, decision.key, stated, weighed)


def _wording(stated: Decision) -> Wording | None:
    if stated.wording_of is None:
        return None
    return "confirmed" if stated.is_confirmed else "pending"


class DecisionEvaluation(NamedTuple):
    """A decision that is asked for, and its criteria's results."""

    asked: AskedDecision
    inputs: DecisionInputs
    criteria: Sequence[CriterionEvaluation]


class Evaluator(NamedTuple):
    """Evaluates the criteria of a gate, by this process, at this instant."""

    process: Process
    inputs: GateInputs
    references: References
    as_of: datetime

    def decision(self, inputs: DecisionInputs) -> DecisionEvaluation:
        """The decision's criteria over its own citations."""
        asked = asked_of(self.process, inputs)
        return DecisionEvaluation(asked, inputs, self._criteria(asked.criteria, asked.level, inputs.criteria))

    def gate(self, gate: Gate) -> list[CriterionEvaluation]:
        """The gate's own criteria; first, that the gates before it were passed and nothing is overdue."""
        whole = self._criteria(gate.criteria, "must", self.inputs.whole)
        return [*_in_order(self.inputs), *entry_of(self.inputs.debts, self.as_of), *whole]

    def _criteria(
        self, criteria: Iterable[Criterion], level: Level, weighed: Iterable[CriterionInputs]
    ) -> list[CriterionEvaluation]:
        return [
            self._criterion(criterion, level_of(criterion, level), each)
            for criterion, each in zip(criteria, weighed, strict=True)
        ]

    def _criterion(self, criterion: Criterion, level: Level, weighed: CriterionInputs) -> CriterionEvaluation:
        evaluated = evaluate_criterion(criterion, level, weighed, self.references, self.as_of)
        given = self.inputs.waivers.get(criterion.id or "")
        if given is None:
            return evaluated
        return waived(evaluated, given, self.as_of, lambda at: count(criterion, weighed, at).met_until)


def evaluator_of(case: Case, inputs: GateInputs, process: Process, as_of: datetime) -> Evaluator:
    """The evaluator of this case at one instant."""
    return Evaluator(process, inputs, References(inputs.evidence, case.labels), as_of)


def outstanding(process: Process, facts: Facts, themes: dict[str, str]) -> list[Debt]:
    """The debts of the concept for gates that it passed, wherever it stands."""
    progress = progress_of(process, facts.reviews)
    every = assessed_citations(facts, process.counts)
    return debts_of(process, facts, progress, every, themes, touching(process, facts, progress, every))


def owed_now(inputs: GateInputs, every: Iterable[CriterionEvaluation], as_of: datetime) -> list[Owed]:
    """The open debts of earlier gates, and those of a go at this gate, the earliest due first."""
    if not inputs.waivers:
        return owed(inputs.debts, as_of)
    here: dict[str, list[str]] = {}
    for each in every:
        if each.entry.outcome == "waived" and each.entry.waiver:
            here.setdefault(each.entry.waiver.id, []).append(each.entry.id)
    waivers = {given.waiver.id: given.waiver for given in inputs.waivers.values()}
    new = [debt for id, missing in here.items() for debt in owing(waivers[id], missing)]
    return owed(sorted([*inputs.debts, *new], key=lambda debt: (debt.due_at, debt.waiver.id)), as_of)


def _in_order(inputs: GateInputs) -> list[CriterionEvaluation]:
    """Unmet while an earlier gate has no standing go: no gate is skipped."""
    if not inputs.skipped:
        return []
    passed = inputs.earlier - len(inputs.skipped)
    entry = CriterionResult(
        id="gates-in-order",
        kind="sequence",
        level="must",
        outcome="unmet",
        raw_outcome="unmet",
        required=inputs.earlier,
        actual=passed,
        message=f"{passed} of {inputs.earlier} earlier gates are passed.",
        remedy=f"Pass {', '.join(inputs.skipped)} first.",
        deficit=None,
        evidence=[],
        unanswered=[],
        waivable=False,
        waiver=None,
    )
    return [CriterionEvaluation(entry, FOREVER, ())]
