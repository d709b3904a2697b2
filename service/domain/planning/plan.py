"""The smallest list of conversations still to be had for a gate, once what is on record is mended: a pure
function, like the verdict.

Each criterion that blocks is turned into needs; a conversation serves as many of them as its
attributes allow; the fewest that serve all are searched for; and what comes out is supposed to have
happened and judged by the very function that judges what has.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice, product
from math import prod
from typing import NamedTuple

from schemas.process import AskedDecision, Criterion, Process
from schemas.readiness import CriterionResult
from schemas.vocabulary import AGAINST
from schemas.what_if import SupposedCitation, WhatIfIn
from service.domain.criteria.evidence import View
from service.domain.criteria.filters import segments_of
from service.domain.criteria.kinds import kind_of
from service.domain.criteria.needs import (
    MOST_ALTERNATIVES,
    Alternative,
    Impossible,
    Need,
    PlanContext,
    not_plannable,
)
from service.domain.criteria.result import CriterionEvaluation
from service.domain.criteria.weighing import where_of
from service.domain.facts.progress import progress_of
from service.domain.planning.repairs import Repair, repairs, with_repairs
from service.domain.planning.repairs import supposed as supposed_repairs
from service.domain.planning.set_cover import cover
from service.domain.planning.talk_profiles import MOST_DOUBTED, TalkProfile, profiles, serves
from service.domain.planning.talks import Talk, dated, shared_out, supposed
from service.domain.planning.what_if import Nameable, World, suppose
from service.domain.rules.process_rules import decision_keys
from service.domain.verdict.case import Case, gate_of
from service.domain.verdict.context import GateContext, build_context
from service.domain.verdict.evaluation import evaluator_of
from service.domain.verdict.readiness import Question, evaluate, prepare, verdict

TICK = timedelta(microseconds=1)
MOST_WEEKS = 60
TO_ANSWER = "The decision's owner answers what does not simply agree; then it is met."


class ConversationPlan(NamedTuple):
    """The plan at `ready_at`, the end of its last conversation. `not_plannable`: why, by criterion.
    `repairs`: of what is on record, before anybody is sent out."""

    ready_at: datetime
    talks: Sequence[Talk]
    exact: bool
    not_plannable: Mapping[str, str]
    repairs: Sequence[Repair] = ()


class Deficits(NamedTuple):
    """The ways to meet each deficit of a verdict, and why conversations cannot meet the others."""

    ways: Sequence[Sequence[Alternative]]
    not_plannable: Mapping[str, str]


def plan(question: Question, world: World, nameable: Nameable) -> ConversationPlan:
    """What to mend of what is on record, and then the fewest conversations from `question.as_of` on, as soon
    as they can be had."""
    recorded, mends = world, repairs(question, world, nameable)
    world = with_repairs(question, recorded, nameable, mends)
    progress = progress_of(question.process, world.facts.reviews)
    case = prepare(question.process, question.ref, question.gate, *world, progress=progress)
    gate = gate_of(question.process, case.gate)
    context = build_context(question.process, world.facts, progress, gate, world.themes) if gate else None
    # Evidence since a go is held after it.
    begins = max([question.as_of, *(passed_at + TICK for passed_at in progress.passed.values())])
    ready_at = begins
    while True:
        deficits = _deficits(case, context, ready_at, nameable)
        talks, exact, weeks = _fewest(context, deficits, begins)
        over_at = _over_at(talks, question.process)
        if over_at is None or over_at <= ready_at or weeks > MOST_WEEKS:
            break
        ready_at = over_at
    is_exact = exact and weeks <= MOST_WEEKS
    planned = ConversationPlan(ready_at, talks, is_exact, deficits.not_plannable, tuple(mends))
    blocking = _blocking_after(question, recorded, nameable, planned)
    answers = {id: TO_ANSWER for id, kind in blocking.items() if kind == "contradictions" and _doubts(talks)}
    planned = planned._replace(not_plannable={**planned.not_plannable, **answers})
    return planned._replace(exact=planned.exact and blocking.keys() <= planned.not_plannable.keys())


def _over_at(talks: Sequence[Talk], process: Process) -> datetime | None:
    """The instant at which the last of these talks is over: from then on it counts."""
    last = max((talk.held_at for talk in talks), default=None)
    return None if last is None else last + timedelta(minutes=process.counts.min_minutes)


def as_what_if(gate: str | None, planned: ConversationPlan) -> WhatIfIn:
    """The plan, supposed to have happened."""
    mended = supposed_repairs(planned.repairs)
    refs = [f"planned-{number}" for number, _ in enumerate(planned.talks, start=1)]
    return WhatIfIn(
        gate=gate,
        as_of=planned.ready_at,
        conversations=tuple(supposed(ref, talk) for ref, talk in zip(refs, planned.talks, strict=True)),
        citations=(
            *mended.citations,
            *(
                SupposedCitation.model_validate({"conversation": ref, "decision": decision, "stance": stance})
                for ref, talk in zip(refs, planned.talks, strict=True)
                for decision, stance in talk.about
            ),
        ),
        withdrawals=mended.withdrawals,
        revisions=mended.revisions,
    )


def _deficits(case: Case, context: GateContext | None, at: datetime, nameable: Nameable) -> Deficits:
    ways: list[Sequence[Alternative]] = []
    impossible: dict[str, str] = {}
    if context is None or verdict(case, context.process, at).not_evaluable is not None:
        return Deficits(ways, impossible)
    segments = _segments(context)
    for criterion, decision, entry, view in _unmet(context, case, at):
        plan_context = PlanContext(view, at, nameable.people, context.process.counts.kinds, segments)
        plan_for = not_plannable if criterion is None else kind_of(criterion).plan
        try:
            if criterion is not None and not context.facts.team and context.process.counts.first_hand:
                raise Impossible("The concept has no team, and somebody of it has to attend.")
            ways.append(plan_for(criterion, decision, entry, plan_context))
        except Impossible as why:
            impossible[entry.id] = str(why)
    return Deficits(ways, impossible)


def _unmet(
    context: GateContext, case: Case, at: datetime
) -> Iterable[tuple[Criterion | None, str | None, CriterionResult, View]]:
    """The unmet must criteria (None: a rule of Gateproof's own), each with its decision, entry and view."""
    if case.inputs is None:
        return
    evaluator = evaluator_of(case, case.inputs, context.process, at)
    views: list[tuple[View, AskedDecision | None, Sequence[CriterionEvaluation]]] = [
        (each.view, each.asked.decision, evaluator.decision(inputs).criteria)
        for each, inputs in zip(context.decisions, case.inputs.decisions, strict=True)
    ]
    views.append((context.whole, None, evaluator.gate(context.gate)))
    for view, decision, evaluated in views:
        stated = {each.id: each for each in (decision or context.gate).criteria}
        for entry in (each.entry for each in evaluated):
            if entry.outcome == "unmet" and entry.level == "must":
                yield stated.get(entry.id), decision.key if decision else None, entry, view


def _segments(context: GateContext) -> list[str]:
    """The concept's segments, the cited ones and those in filters; the primary one first."""
    facts, scope = context.facts, context.whole.scope
    cited = {assessed.conversation.segment for assessed in context.whole.own}
    criteria = [
        *context.gate.criteria,
        *(one for each in context.decisions for one in each.asked.decision.criteria),
    ]
    named = {each for criterion in criteria for each in segments_of(where_of(criterion).segment or (), scope)}
    return [facts.primary_segment, *sorted((facts.segments | cited | named) - {facts.primary_segment})]


def _fewest(
    context: GateContext | None, deficits: Deficits, begins: datetime
) -> tuple[list[Talk], bool, int]:
    """The cheapest combination of ways: its conversations, whether fewer are impossible, and its weeks."""
    if context is None or not deficits.ways:
        return [], True, 0
    decisions = _decisions(context)
    segments = _segments(context)
    best: list[tuple[TalkProfile, tuple[Need, ...]]] | None = None
    exact = prod(map(len, deficits.ways)) <= MOST_ALTERNATIVES
    for chosen in islice(product(*deficits.ways), MOST_ALTERNATIVES):
        needs = [need for alternative in chosen for need in alternative]
        if best is not None and max(need.times for need in needs) >= len(best):
            continue
        candidates = profiles(needs, context.process.counts, segments, decisions)
        serving = [
            frozenset(i for i, need in enumerate(needs) if serves(profile, need, decisions))
            for profile in candidates
        ]
        if len(frozenset().union(*serving)) < len(needs):
            continue
        taken = cover(tuple(need.times for need in needs), serving)
        exact = exact and taken.exact
        if best is None or len(taken) < len(best):
            best = shared_out(needs, [(candidates[index], serving[index]) for index in taken])
    alternatives = chain.from_iterable(deficits.ways)
    doubted = {
        need.decision for alternative in alternatives for need in alternative if need.stances != ("supports",)
    }
    exact = exact and best is not None and len(doubted) <= MOST_DOUBTED
    talks, weeks = dated(best or [], decisions, begins, context.facts.team)
    return talks, exact, weeks


def _decisions(context: GateContext) -> list[str]:
    """The decisions that the gate asks for, and after them the others of the process."""
    asked = [each.asked.decision.key for each in context.decisions]
    return list(dict.fromkeys((*asked, *decision_keys(context.process))))


def _doubts(talks: Sequence[Talk]) -> bool:
    return any(stance in AGAINST for talk in talks for _, stance in talk.about)


def _blocking_after(
    question: Question, world: World, nameable: Nameable, planned: ConversationPlan
) -> dict[str, str]:
    """The kind of each criterion that blocks after the planned conversations, by its id."""
    what_if = as_what_if(question.gate, planned)
    supposed_world = suppose(world, question.process.counts, what_if, nameable, planned.ready_at)
    then = evaluate(question._replace(as_of=planned.ready_at), *supposed_world)
    entries = chain(then.gate_criteria, *(each.criteria for each in then.decisions))
    return {entry.id: entry.kind for entry in entries if entry.id in then.blocking}
