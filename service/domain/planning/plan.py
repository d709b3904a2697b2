"""The smallest list of conversations still to be had for a gate: a pure function, like the verdict.

Each criterion that blocks is turned into needs; a conversation serves as many of them as its
attributes allow; the fewest that serve all are searched for; and what comes out is supposed to have
happened and judged by the very function that judges what has.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, product
from typing import NamedTuple

from schemas.process import Criterion
from schemas.readiness import CriterionResult
from schemas.what_if import SupposedCitation, SupposedConversation, WhatIfIn
from service.domain.criteria.evidence import View
from service.domain.criteria.filters import segments_of
from service.domain.criteria.kinds import kind_of
from service.domain.criteria.needs import (
    MOST_ALTERNATIVES,
    Alternative,
    Extras,
    Impossible,
    Need,
    PlanContext,
    not_plannable,
)
from service.domain.facts.progress import Progress, progress
from service.domain.planning.set_cover import cover
from service.domain.planning.talk_profiles import MOST_DOUBTED, Sort, serves, sorts, stance_towards
from service.domain.planning.what_if import Known, World, suppose
from service.domain.rules.process_rules import decision_keys
from service.domain.verdict.case import Case, gate_of
from service.domain.verdict.context import GateContext, build_context
from service.domain.verdict.evaluation import evaluator_of
from service.domain.verdict.readiness import Question, evaluate, prepare, verdict

WEEK = timedelta(days=7)
TICK = timedelta(microseconds=1)
MOST_WEEKS = 60


class Talk(NamedTuple):
    """One conversation of the plan, and the needs that it is there for."""

    sort: Sort
    needs: tuple[Need, ...]
    about: tuple[tuple[str, str], ...]
    extras: Extras
    held_at: datetime


class ConversationPlan(NamedTuple):
    """The plan at `ready_at`, the instant of its last conversation. `not_plannable`: why, by criterion."""

    ready_at: datetime
    talks: Sequence[Talk]
    exact: bool
    not_plannable: Mapping[str, str]


class Deficits(NamedTuple):
    """The deficits of a verdict at an instant: ways to meet each, and why some cannot be met by
    conversations."""

    ways: Sequence[Sequence[Alternative]]
    not_plannable: Mapping[str, str]


def plan(question: Question, world: World, known: Known) -> ConversationPlan:
    """The fewest conversations from `question.as_of` on, as soon as they can be had."""
    way = progress(question.process, world.facts.reviews)
    case = prepare(question.process, question.ref, question.gate, *world, way=way)
    gate = gate_of(question.process, case.gate)
    context = build_context(question.process, world.facts, way, gate, world.themes) if gate else None
    begins = _begins(way, question.as_of)
    ready_at, last = begins, 0
    while True:
        deficits = _deficits(case, context, ready_at, known)
        talks, exact, weeks = _fewest(context, deficits, begins)
        if weeks <= last or weeks > MOST_WEEKS:
            break
        last, ready_at = weeks, begins + weeks * WEEK
    planned = ConversationPlan(ready_at, talks, exact and weeks <= MOST_WEEKS, deficits.not_plannable)
    return planned._replace(exact=planned.exact and _is_enough(question, world, known, planned))


def as_what_if(gate: str | None, planned: ConversationPlan) -> WhatIfIn:
    """The plan, supposed to have happened."""
    refs = [f"planned-{number}" for number, _ in enumerate(planned.talks, start=1)]
    return WhatIfIn(
        gate=gate,
        as_of=planned.ready_at,
        conversations=tuple(_supposed(ref, talk) for ref, talk in zip(refs, planned.talks, strict=True)),
        citations=tuple(
            SupposedCitation.model_validate({"conversation": ref, "decision": decision, "stance": stance})
            for ref, talk in zip(refs, planned.talks, strict=True)
            for decision, stance in talk.about
        ),
    )


def _begins(way: Progress, as_of: datetime) -> datetime:
    """The first instant at which a planned conversation may be held: `as_of`, or just after the last go."""
    since = [*way.passed.values()]
    return max([as_of, *(instant + TICK for instant in since)])


def _deficits(case: Case, context: GateContext | None, at: datetime, known: Known) -> Deficits:
    ways: list[Sequence[Alternative]] = []
    impossible: dict[str, str] = {}
    if context is None or verdict(case, context.process, at).not_evaluable is not None:
        return Deficits(ways, impossible)
    segments = _segments(context)
    for criterion, decision, entry, view in _unmet(context, case, at):
        room = PlanContext(view, at, known.people, context.process.counts.kinds, segments)
        plan_for = not_plannable if criterion is None else kind_of(criterion).plan
        try:
            if criterion is not None and not context.facts.team and context.process.counts.first_hand:
                raise Impossible("The concept has no team, and somebody of it has to attend.")
            ways.append(plan_for(criterion, decision, entry, room))
        except Impossible as why:
            impossible[entry.id] = str(why)
    return Deficits(ways, impossible)


def _unmet(
    context: GateContext, case: Case, at: datetime
) -> Iterable[tuple[Criterion | None, str | None, CriterionResult, View]]:
    """The unmet must criteria, each with its decision, entry and view; the criterion is None for those that
    no process states."""
    if case.inputs is None:
        return
    evaluator = evaluator_of(case, case.inputs, context.process, at)
    for looked_at, inputs in zip(context.decisions, case.inputs.decisions, strict=True):
        decision = looked_at.asked.decision
        stated = {criterion.id: criterion for criterion in decision.criteria}
        for each in evaluator.decision(inputs).criteria:
            if each.entry.outcome == "unmet" and each.entry.level == "must":
                yield stated.get(each.entry.id), decision.key, each.entry, looked_at.view
    stated = {criterion.id: criterion for criterion in context.gate.criteria}
    for each in evaluator.gate(context.gate):
        if each.entry.outcome == "unmet" and each.entry.level == "must":
            yield stated.get(each.entry.id), None, each.entry, context.whole


def _segments(context: GateContext) -> list[str]:
    """The segments that matter here, the primary one first: the concept's, the cited ones, those in
    filters."""
    facts, scope = context.facts, context.whole.scope
    cited = {standing.conversation.segment for standing in context.whole.own}
    criteria = [
        *context.gate.criteria,
        *(one for each in context.decisions for one in each.asked.decision.criteria),
    ]
    wheres = [getattr(criterion, "where", None) for criterion in criteria]
    named = {segment for where in wheres if where is not None for segment in segments_of(where, scope)}
    return [facts.primary_segment, *sorted((facts.segments | cited | named) - {facts.primary_segment})]


def _fewest(
    context: GateContext | None, deficits: Deficits, begins: datetime
) -> tuple[list[Talk], bool, int]:
    """The cheapest combination of ways: its conversations, whether fewer are impossible, and how many weeks
    it takes."""
    if context is None or not deficits.ways:
        return [], True, 0
    decisions = _decisions(context)
    segments = _segments(context)
    best: list[tuple[Sort, tuple[Need, ...]]] | None = None
    number = 1
    for ways in deficits.ways:
        number *= len(ways)
    exact = number <= MOST_ALTERNATIVES
    for chosen in islice(product(*deficits.ways), MOST_ALTERNATIVES):
        needs = [need for way in chosen for need in way]
        if best is not None and max(need.times for need in needs) >= len(best):
            continue
        candidates = sorts(needs, context.process.counts, segments, decisions)
        serving = [
            frozenset(i for i, need in enumerate(needs) if serves(sort, need, decisions))
            for sort in candidates
        ]
        if len(frozenset().union(*serving)) < len(needs):
            continue
        taken = cover(tuple(need.times for need in needs), serving)
        exact = exact and taken.exact
        if best is None or len(taken) < len(best):
            best = _shared_out(needs, [(candidates[place], serving[place]) for place in taken])
    own = {
        need.decision
        for ways in deficits.ways
        for way in ways
        for need in way
        if need.stances != ("supports",)
    }
    exact = exact and best is not None and len(own) <= MOST_DOUBTED
    talks, weeks = _dated(best or [], decisions, begins, context.facts.team)
    return talks, exact, weeks


def _decisions(context: GateContext) -> list[str]:
    """The decisions that the gate asks for, and after them the others of the process."""
    asked = [each.asked.decision.key for each in context.decisions]
    return list(dict.fromkeys((*asked, *decision_keys(context.process))))


def _shared_out(
    needs: Sequence[Need], taken: Sequence[tuple[Sort, frozenset[int]]]
) -> list[tuple[Sort, tuple[Need, ...]]]:
    """Each need to as many talks as it asks for, so that none is asked for more than it is there for."""
    mine: list[list[Need]] = [[] for _ in taken]
    for index, need in enumerate(needs):
        able = [place for place, (_, serving) in enumerate(taken) if index in serving]
        for place in able[: need.times]:
            mine[place].append(need)
    return [(sort, tuple(some)) for (sort, _), some in zip(taken, mine, strict=True) if some]


def _dated(
    talks: Sequence[tuple[Sort, tuple[Need, ...]]],
    decisions: Sequence[str],
    begins: datetime,
    team: frozenset[str],
) -> tuple[list[Talk], int]:
    """The talks with their instants, and how many weeks after the first the last week is."""
    weeks = _weeks([needs for _, needs in talks], begins)
    dated = [
        Talk(sort, needs, _about(sort, needs, decisions), _together(needs, team), begins + week * WEEK)
        for (sort, needs), week in zip(talks, weeks, strict=True)
    ]
    return dated, max(weeks, default=0)


def _weeks(talks: Sequence[tuple[Need, ...]], begins: datetime) -> list[int]:
    """The week of each talk: those for the same need of weeks are in different ones."""
    weeks: list[int] = []
    taken: dict[str, set[int]] = {}
    for needs in talks:
        asking = [need for need in needs if need.weeks]
        week = 0
        while asking and any(
            week in taken.get(need.criterion, ())
            or (begins + week * WEEK).isocalendar()[:2] in need.weeks_had
            for need in asking
        ):
            week += 1
        for need in asking:
            taken.setdefault(need.criterion, set()).add(week)
        weeks.append(week)
    return weeks


def _about(sort: Sort, needs: Iterable[Need], decisions: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The decisions and stances for which a conversation is cited; a need of the whole gate is served by a
    decision's citation where it can be."""
    about: dict[tuple[str, str], None] = {}
    for need in sorted(needs, key=lambda each: each.decision is None):
        suits = [key for key, stance in about if stance in need.stances]
        if need.decision is None and suits:
            continue
        target = stance_towards(sort, need, decisions)
        if target is not None:
            about[target] = None
    return tuple(about)


def _together(needs: Iterable[Need], team: frozenset[str]) -> Extras:
    """The union of all needs' extras in one conversation; one of the team always attends, if there is a
    team."""
    every = [need.extras for need in needs]

    def union(some: Iterable[Iterable[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for values in some for value in values))

    people = union(each.people for each in every)
    if team.isdisjoint(people):
        people = (*sorted(team)[:1], *people)
    return Extras(
        people=people,
        functions=tuple(dict.fromkeys(one for each in every for one in each.functions)),
        leader=any(each.leader for each in every),
        participants=max(each.participants for each in every),
        quotes=max(each.quotes for each in every),
        commitments=tuple(dict.fromkeys(one for each in every for one in each.commitments)),
        past_spend=any(each.past_spend for each in every),
        themes=union(each.themes for each in every),
    )


def _supposed(ref: str, talk: Talk) -> SupposedConversation:
    kind, segment, relationship, conducted_by = talk.sort.values
    extras = talk.extras
    return SupposedConversation.model_validate(
        {
            "ref": ref,
            "kind": kind,
            "held_at": talk.held_at,
            "segment": segment,
            "relationship": relationship,
            "conducted_by": conducted_by,
            "attendees": extras.people,
            "participants": extras.participants,
            "quotes": extras.quotes,
            "themes": extras.themes,
            "commitments": tuple(one[0] for one in extras.commitments),
            "past_spend": extras.past_spend,
        }
    )


def _is_enough(question: Question, world: World, known: Known, planned: ConversationPlan) -> bool:
    """Returns whether nothing blocks after the planned conversations but what no plan can help."""
    what_if = as_what_if(question.gate, planned)
    supposed = suppose(world, question.process.counts, what_if, known, planned.ready_at)
    then = evaluate(question._replace(as_of=planned.ready_at), *supposed)
    return set(then.blocking) <= planned.not_plannable.keys()
