"""Ruling on one decision, or on the gate as a whole, by its criteria."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.process import Criterion, Gate, Process
from schemas.readiness import CriterionResult
from schemas.vocabulary import Level
from service.domain.asking import Asked, asked
from service.domain.criteria import count
from service.domain.eligibility import standings
from service.domain.evidence import View
from service.domain.facts import Facts
from service.domain.filters import Scope
from service.domain.progress import Progress, before, previous_go
from service.domain.result import Judged, judged
from service.domain.tally import FOREVER


class Look(NamedTuple):
    """A decision that is asked for, and what its criteria look at."""

    asked: Asked
    view: View


class Bench(NamedTuple):
    """What every ruling at one gate has before it, whatever the instant. `whole`: for the gate's own
    criteria, all the concept's citations."""

    process: Process
    facts: Facts
    way: Progress
    gate: Gate
    looks: Sequence[Look]
    whole: View


def convene(process: Process, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]) -> Bench:
    """Everything that does not change with time, worked out once."""
    every = standings(facts, process.counts)
    asking = asked(process, gate, facts, way)
    gates = {each.key: each for each in (gate, *(item.gate for item in asking))}
    scopes = {key: _scope(process, facts, way, each, themes) for key, each in gates.items()}
    looks = [
        Look(
            item,
            View(
                item.gate.key,
                [standing for standing in every if standing.citation.decision == item.decision.key],
                scopes[item.gate.key],
            ),
        )
        for item in asking
    ]
    return Bench(process, facts, way, gate, looks, View(gate.key, every, scopes[gate.key]))


class Ruling(NamedTuple):
    """A decision and its criteria's results."""

    asked: Asked
    judged: Sequence[Judged]


def rule(bench: Bench, look: Look, as_of: datetime) -> Ruling:
    """The decision's criteria over its own citations."""
    decision = look.asked.decision
    return Ruling(look.asked, _judge(bench.facts, decision.criteria, decision.level, look.view, as_of))


def rule_gate(bench: Bench, as_of: datetime) -> list[Judged]:
    """The gate's own criteria; first, that the gates before it were passed."""
    whole = _judge(bench.facts, bench.gate.criteria, "must", bench.whole, as_of)
    return [*_in_order(bench), *whole]


def _judge(
    facts: Facts, criteria: Sequence[Criterion], level: Level, view: View, as_of: datetime
) -> list[Judged]:
    return [
        judged(
            criterion,
            "should" if level == "should" else criterion.level,
            count(criterion, view, facts, as_of),
            view.scope,
            as_of,
        )
        for criterion in criteria
    ]


def _scope(process: Process, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]) -> Scope:
    """What filters compare with at this gate."""
    said = "within_days" in gate.model_fields_set
    days = gate.within_days if said else process.counts.within_days
    return Scope(
        window=timedelta(days=days) if days else None,
        since={"previous_gate": previous_go(process, way.passed, gate), "launch": way.launched_at},
        primary_segment=facts.primary_segment,
        team=facts.team,
        themes=themes,
    )


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
