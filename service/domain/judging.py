"""Ruling on one decision, or on the gate as a whole, by its criteria."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import Criterion, Gate, Process, ProcessRef
from schemas.readiness import CriterionResult, Owed
from schemas.vocabulary import Level
from service.domain.asking import Asked, asked
from service.domain.criteria import count
from service.domain.debts import Debt, debts_of, entry_of, owed, owing
from service.domain.eligibility import Standing, standings
from service.domain.evidence import View
from service.domain.facts import Facts, Waiver
from service.domain.progress import Progress, before, progress
from service.domain.result import Judged, judged
from service.domain.scopes import scope_of
from service.domain.tally import FOREVER
from service.domain.waivers import approved_here
from service.domain.waiving import waived


class Look(NamedTuple):
    """A decision that is asked for, and what its criteria look at."""

    asked: Asked
    view: View


class Bench(NamedTuple):
    """What every ruling at one gate has before it, whatever the instant. `whole`: for the gate's own
    criteria, all the concept's citations. `waivers`: the approved one of each criterion that has one.
    `debts`: what is owed since earlier gates."""

    process: Process
    facts: Facts
    way: Progress
    gate: Gate
    looks: Sequence[Look]
    whole: View
    waivers: Mapping[str, Waiver]
    debts: Sequence[Debt]


def convene(
    process: Process, ref: ProcessRef, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]
) -> Bench:
    """Everything that does not change with time, worked out once."""
    every = standings(facts, process.counts)
    asking = asked(process, gate, facts, way)
    gates = {each.key: each for each in (gate, *(item.gate for item in asking))}
    scopes = {key: scope_of(process, facts, way, each, themes) for key, each in gates.items()}
    own: defaultdict[str, list[Standing]] = defaultdict(list)
    for standing in every:
        own[standing.citation.decision].append(standing)
    looks = [
        Look(item, View(item.gate.key, own[item.decision.key], scopes[item.gate.key])) for item in asking
    ]
    earlier = {each.key for each in before(process, gate)}
    return Bench(
        process,
        facts,
        way,
        gate,
        looks,
        View(gate.key, every, scopes[gate.key]),
        approved_here(facts, gate.key, ref),
        [debt for debt in debts_of(process, facts, way, every, themes) if debt.waiver.gate in earlier],
    )


class Ruling(NamedTuple):
    """A decision and its criteria's results."""

    asked: Asked
    judged: Sequence[Judged]


def rule(bench: Bench, look: Look, as_of: datetime) -> Ruling:
    """The decision's criteria over its own citations."""
    decision = look.asked.decision
    return Ruling(look.asked, _judge(bench, decision.criteria, decision.level, look.view, as_of))


def rule_gate(bench: Bench, as_of: datetime) -> list[Judged]:
    """The gate's own criteria; first, that the gates before it were passed and nothing is overdue there."""
    whole = _judge(bench, bench.gate.criteria, "must", bench.whole, as_of)
    return [*_in_order(bench), *entry_of(bench.debts, as_of), *whole]


def _judge(
    bench: Bench, criteria: Sequence[Criterion], level: Level, view: View, as_of: datetime
) -> list[Judged]:
    return [_judge_one(bench, criterion, level, view, as_of) for criterion in criteria]


def _judge_one(bench: Bench, criterion: Criterion, level: Level, view: View, as_of: datetime) -> Judged:
    binding: Level = "should" if level == "should" else criterion.level
    facts = bench.facts
    found = judged(criterion, binding, count(criterion, view, facts, as_of), view.scope, as_of)
    waiver = bench.waivers.get(criterion.id or "")
    if waiver is None:
        return found
    return waived(found, waiver, facts, as_of, lambda at: count(criterion, view, facts, at).met_until)


def outstanding(process: Process, facts: Facts, themes: dict[str, str]) -> list[Debt]:
    """What the concept owes for gates that it passed, wherever it stands."""
    way = progress(process, facts.reviews)
    return debts_of(process, facts, way, standings(facts, process.counts), themes)


def owed_now(bench: Bench, every: Iterable[Judged], as_of: datetime) -> list[Owed]:
    """What is owed since earlier gates, and what a go at this one would owe, the earliest due first."""
    here: dict[str, list[str]] = {}
    for each in every:
        if each.entry.outcome == "waived" and each.entry.waiver:
            here.setdefault(each.entry.waiver.id, []).append(each.entry.id)
    new = [debt for id, missing in here.items() for debt in owing(bench.facts.waivers[id], missing)]
    return owed(sorted([*bench.debts, *new], key=lambda debt: (debt.due_at, debt.waiver.id)), as_of)


def _in_order(bench: Bench) -> list[Judged]:
    """Unmet while an earlier gate has no standing go: no gate is skipped."""
    earlier = before(bench.process, bench.gate)
    missing = [each.key for each in earlier if each.key not in bench.way.passed]
    if not missing:
        return []
    index = len(earlier)
    entry = CriterionResult(
        id="gates-in-order",
        kind="sequence",
        level="must",
        outcome="unmet",
        raw_outcome="unmet",
        required=index,
        actual=index - len(missing),
        message=f"{index - len(missing)} of {index} earlier gates are passed.",
        remedy=f"Pass {', '.join(missing)} first.",
        deficit=None,
        evidence=[],
        unanswered=[],
        waivable=False,
        waiver=None,
    )
    return [Judged(entry, FOREVER, ())]
