"""Ruling on one decision, or on the gate as a whole, by its criteria."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import Gate, Process, ProcessRef
from schemas.readiness import CriterionResult, Owed
from service.domain.criteria.admissible import Standing, standings
from service.domain.criteria.counting import count
from service.domain.criteria.evidence import View
from service.domain.criteria.intervals import FOREVER
from service.domain.criteria.result import Judged, judged
from service.domain.criteria.scope import scope_of
from service.domain.criteria.weighing import Weighed, weigh
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress, before, progress
from service.domain.facts.waivers import Given, given_here
from service.domain.verdict.asked_decisions import Asked, asked
from service.domain.verdict.debts import Debt, debts_of, entry_of, owed, owing
from service.domain.verdict.waiver_effects import waived


class Look(NamedTuple):
    """A decision that is asked for, and what its criteria look at."""

    asked: Asked
    view: View


class Bench(NamedTuple):
    """A gate, and the concept's citations as its criteria look at them. `whole`: for the gate's own, all."""

    process: Process
    facts: Facts
    way: Progress
    gate: Gate
    looks: Sequence[Look]
    whole: View


def convene(process: Process, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]) -> Bench:
    """Who looks at what."""
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
    return Bench(process, facts, way, gate, looks, View(gate.key, every, scopes[gate.key]))


class Stated(NamedTuple):
    """A decision's wording, and who answers for it."""

    statement: str | None
    version: int
    owner: str


class Matter(NamedTuple):
    """A decision that is asked for, as it is stated now (None: it is not), and its criteria."""

    asked: Asked
    stated: Stated | None
    weighed: Sequence[Weighed]


class Docket(NamedTuple):
    """All that is judged at one gate, whatever the instant. `whole`: the gate's own criteria. `skipped`: the
    earlier gates without a standing go, of so many that are `earlier`. `given`: the waiver of each criterion
    that has one. `debts`: what is owed since earlier gates."""

    matters: Sequence[Matter]
    whole: Sequence[Weighed]
    earlier: int
    skipped: Sequence[str]
    given: Mapping[str, Given]
    debts: Sequence[Debt]


def docket_of(bench: Bench, ref: ProcessRef) -> Docket:
    """Everything that does not change with time, worked out once."""
    process, facts, way, gate = bench.process, bench.facts, bench.way, bench.gate
    earlier = [each.key for each in before(process, gate)]
    debts = debts_of(process, facts, way, bench.whole.own, bench.whole.scope.themes)
    return Docket(
        matters=[_matter(facts, look) for look in bench.looks],
        whole=[weigh(criterion, "must", bench.whole, facts) for criterion in gate.criteria],
        earlier=len(earlier),
        skipped=[key for key in earlier if key not in way.passed],
        given=given_here(facts, gate.key, ref),
        debts=[debt for debt in debts if debt.waiver.gate in earlier],
    )


def _matter(facts: Facts, look: Look) -> Matter:
    decision = look.asked.decision
    found = facts.decisions.get(decision.key)
    stated = Stated(found.statement, found.version, found.owner) if found else None
    weighed = [weigh(criterion, decision.level, look.view, facts) for criterion in decision.criteria]
    return Matter(look.asked, stated, weighed)


class Ruling(NamedTuple):
    """A decision and its criteria's results."""

    matter: Matter
    judged: Sequence[Judged]


def rule(docket: Docket, matter: Matter, as_of: datetime) -> Ruling:
    """The decision's criteria over its own citations."""
    return Ruling(matter, [_judge(docket, weighed, as_of) for weighed in matter.weighed])


def rule_gate(docket: Docket, as_of: datetime) -> list[Judged]:
    """The gate's own criteria; first, that the gates before it were passed and nothing is overdue there."""
    whole = [_judge(docket, weighed, as_of) for weighed in docket.whole]
    return [*_in_order(docket), *entry_of(docket.debts, as_of), *whole]


def _judge(docket: Docket, weighed: Weighed, as_of: datetime) -> Judged:
    found = judged(weighed, count(weighed, as_of), as_of)
    given = docket.given.get(weighed.criterion.id or "")
    if given is None:
        return found
    return waived(found, given, as_of, lambda at: count(weighed, at).met_until)


def outstanding(process: Process, facts: Facts, themes: dict[str, str]) -> list[Debt]:
    """What the concept owes for gates that it passed, wherever it stands."""
    way = progress(process, facts.reviews)
    return debts_of(process, facts, way, standings(facts, process.counts), themes)


def owed_now(docket: Docket, every: Iterable[Judged], as_of: datetime) -> list[Owed]:
    """What is owed since earlier gates, and what a go at this one would owe, the earliest due first."""
    if not docket.given:
        return owed(docket.debts, as_of)
    here: dict[str, list[str]] = {}
    for each in every:
        if each.entry.outcome == "waived" and each.entry.waiver:
            here.setdefault(each.entry.waiver.id, []).append(each.entry.id)
    waivers = {given.waiver.id: given.waiver for given in docket.given.values()}
    new = [debt for id, missing in here.items() for debt in owing(waivers[id], missing)]
    return owed(sorted([*docket.debts, *new], key=lambda debt: (debt.due_at, debt.waiver.id)), as_of)


def _in_order(docket: Docket) -> list[Judged]:
    """Unmet while an earlier gate has no standing go: no gate is skipped."""
    if not docket.skipped:
        return []
    passed = docket.earlier - len(docket.skipped)
    entry = CriterionResult(
        id="gates-in-order",
        kind="sequence",
        level="must",
        outcome="unmet",
        raw_outcome="unmet",
        required=docket.earlier,
        actual=passed,
        message=f"{passed} of {docket.earlier} earlier gates are passed.",
        remedy=f"Pass {', '.join(docket.skipped)} first.",
        deficit=None,
        evidence=[],
        unanswered=[],
        waivable=False,
        waiver=None,
    )
    return [Judged(entry, FOREVER, ())]
