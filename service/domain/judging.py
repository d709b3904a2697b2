"""Ruling on one decision, or on the gate as a whole, by its criteria."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.process import Criterion, Gate, Process, ProcessRef
from schemas.readiness import CriterionResult
from schemas.vocabulary import Level
from service.domain.asking import Asked, asked
from service.domain.criteria import count
from service.domain.eligibility import Standing, standings
from service.domain.evidence import View
from service.domain.facts import Facts
from service.domain.filters import Scope
from service.domain.progress import Progress, before, previous_go
from service.domain.result import Judged, judged
from service.domain.tally import FOREVER


class Question(NamedTuple):
    """What is asked: this gate (None: the next one), by this process version, at this instant."""

    process: Process
    ref: ProcessRef
    as_of: datetime
    gate: str | None = None


class Bench(NamedTuple):
    """What every ruling in one verdict has before it. `scopes`: by the gate whose criteria are used."""

    process: Process
    facts: Facts
    way: Progress
    as_of: datetime
    asked: Sequence[Asked]
    scopes: Mapping[str, Scope]
    standings: Sequence[Standing]


def convene(question: Question, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]) -> Bench:
    """Everything that is the same for all criteria, worked out once."""
    asking = asked(question.process, gate, facts, way)
    gates = {each.key: each for each in (gate, *(item.gate for item in asking))}
    return Bench(
        process=question.process,
        facts=facts,
        way=way,
        as_of=question.as_of,
        asked=asking,
        scopes={key: _scope(question, facts, way, each, themes) for key, each in gates.items()},
        standings=standings(facts, question.process.counts),
    )


class Ruling(NamedTuple):
    """A decision and its criteria's results."""

    asked: Asked
    judged: Sequence[Judged]


def rule(bench: Bench, item: Asked) -> Ruling:
    """The decision's criteria over its own citations."""
    decision, gate = item
    own = [s for s in bench.standings if s.citation.decision == decision.key]
    return Ruling(item, _judge(bench, gate, decision.criteria, decision.level, own))


def rule_gate(bench: Bench, gate: Gate) -> list[Judged]:
    """The gate's own criteria, over all the concept's citations; first, that the gates before it
    were passed."""
    whole = _judge(bench, gate, gate.criteria, "must", bench.standings)
    return [*_in_order(bench, gate), *whole]


def _judge(
    bench: Bench,
    gate: Gate,
    criteria: Sequence[Criterion],
    level: Level,
    own: Sequence[Standing],
) -> list[Judged]:
    view = View(own, bench.scopes[gate.key])
    return [
        judged(
            criterion,
            "should" if level == "should" else criterion.level,
            count(criterion, view, bench.facts, gate.key),
            view.scope,
        )
        for criterion in criteria
    ]


def _scope(question: Question, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]) -> Scope:
    """What filters compare with at this gate."""
    process = question.process
    said = "within_days" in gate.model_fields_set
    days = gate.within_days if said else process.counts.within_days
    return Scope(
        as_of=question.as_of,
        window=timedelta(days=days) if days else None,
        since={"previous_gate": previous_go(process, way.passed, gate), "launch": way.launched_at},
        primary_segment=facts.primary_segment,
        team=facts.team,
        themes=themes,
    )


def _in_order(bench: Bench, gate: Gate) -> list[Judged]:
    """Unmet while an earlier gate has no standing go: no gate is skipped."""
    earlier = before(bench.process, gate)
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
