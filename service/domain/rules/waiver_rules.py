"""The conditions of requesting a waiver, and of ruling on one."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from schemas.process import AskedDecision, Criterion, Gate, Process, kind_of
from schemas.vocabulary import WaiverRuling
from service.domain.facts.model import Facts, Waiver
from service.domain.facts.parties import part_of
from service.domain.facts.progress import Progress
from service.domain.facts.waivers import state
from service.domain.rules.review_outcomes import Objection, objection
from service.domain.verdict.asked_decisions import basis_at, decisions_at
from service.domain.verdict.debts import Debt
from service.domain.verdict.paid import PlacedCriterion, placed_criteria

KILLED = Objection(
    "concept-killed", "path.concept", "a killed concept is given no waivers", "reopen it first"
)


class WaiverTerms(NamedTuple):
    """The terms of a requested waiver. `due_at` None: when it ends."""

    gate: str
    criteria: tuple[str, ...]
    days: int
    due_at: datetime | None


class CriterionAtGate(NamedTuple):
    """A criterion that a gate asks for; `decision` None: of the whole gate."""

    criterion: Criterion
    decision: AskedDecision | None


def request_objection(
    process: Process,
    facts: Facts,
    progress: Progress,
    wanted: WaiverTerms,
    now: datetime,
    debts: Iterable[Debt] = (),
) -> Objection | None:
    """Returns why the waiver may not be requested; None: it may. `debts`: of gates passed so far."""
    if progress.status == "killed":
        return KILLED
    wrong = objection(process, progress, "go", wanted.gate, None)
    if wrong is not None:
        return wrong
    gate = next(gate for gate in process.gates if gate.key == wanted.gate)
    criteria = criteria_at(process, gate, facts, progress)
    objections = (
        _wrong_criterion(criteria, facts, wanted, number, now) for number in range(len(wanted.criteria))
    )
    return (
        _too_long(process, wanted, now)
        or next(filter(None, objections), None)
        or _too_many(process, facts, wanted, now)
        or debt_objection(process, wanted.gate, wanted.criteria, debts, now, "body.criteria")
    )


def criteria_at(process: Process, gate: Gate, facts: Facts, progress: Progress) -> dict[str, CriterionAtGate]:
    """The criteria that this gate asks for, by id."""
    criteria = {each.id or "": CriterionAtGate(each, None) for each in gate.criteria}
    for decision, _ in decisions_at(process, gate, facts, progress):
        criteria |= {each.id or "": CriterionAtGate(each, decision) for each in decision.criteria}
    return criteria


def versions_of(
    criteria: Iterable[CriterionAtGate], facts: Facts, every: Mapping[str, CriterionAtGate]
) -> dict[str, int]:
    """The decision versions to which a waiver of these criteria is bound: those of their decisions as stated
    now; if a criterion is of the whole gate, those of all decisions that the gate asks for and that are
    stated."""
    criteria = list(criteria)
    whole = any(each.decision is None for each in criteria)
    decisions = {each.decision.key for each in (every.values() if whole else criteria) if each.decision}
    return {key: facts.decisions[key].version for key in sorted(decisions) if key in facts.decisions}


def _too_long(process: Process, wanted: WaiverTerms, now: datetime) -> Objection | None:
    most = process.waivers.max_days
    if wanted.days > most:
        rule = f"the process lets a waiver hold {most} days at most"
        return _invalid("body.days", rule, f"ask for {most} days or fewer")
    due = wanted.due_at
    if due is not None and due <= now:
        return _invalid("body.owed.due_at", "is in the past", "name an instant to come, or leave it out")
    if due is not None and due > now + timedelta(days=most):
        rule = f"is more than {most} days away, which is the most that the process allows"
        return _invalid("body.owed.due_at", rule, "name an earlier instant, or leave it out")
    return None


def _wrong_criterion(
    criteria: Mapping[str, CriterionAtGate], facts: Facts, wanted: WaiverTerms, number: int, now: datetime
) -> Objection | None:
    id, field = wanted.criteria[number], f"body.criteria.{number}"
    at_gate = criteria.get(id)
    if at_gate is None:
        rule = "the gate asks for no such criterion, or it is one that Gateproof adds"
        return _invalid(field, rule, "take ids from the blocking list of its verdict")
    if id in wanted.criteria[:number]:
        return _invalid(field, "is named twice", "name each criterion once")
    if not at_gate.criterion.waivable:
        return _invalid(field, "the process does not let it be waived", "meet it")
    if at_gate.criterion.level == "should" or (at_gate.decision and at_gate.decision.level == "should"):
        return _invalid(field, "it only warns, so there is nothing to waive", "leave it out")
    if at_gate.decision and at_gate.decision.key not in facts.decisions:
        return _invalid(field, "its decision has no statement yet", f"state {at_gate.decision.key} first")
    return _already(facts, wanted.gate, id, field, now)


def _already(facts: Facts, gate: str, criterion: str, field: str, now: datetime) -> Objection | None:
    for waiver in facts.waivers.values():
        open_or_given = waiver.approved_at or state(waiver, facts, now) == "requested"
        if waiver.gate == gate and criterion in waiver.criteria and open_or_given:
            rule = f"is waived at this gate once, and {waiver.id} is that waiver"
            return Objection("already-waived", field, rule, "meet the criterion, or leave it out")
    return None


def _too_many(process: Process, facts: Facts, wanted: WaiverTerms, now: datetime) -> Objection | None:
    most = process.waivers.most_criteria
    if most is None:
        return None
    waived = {
        criterion
        for waiver in facts.waivers.values()
        if waiver.gate == wanted.gate and (waiver.approved_at or state(waiver, facts, now) == "requested")
        for criterion in waiver.criteria
    }
    if len(waived | {*wanted.criteria}) <= most:
        return None
    rule = f"the process lets {most} criteria of a gate be waived, and {len(waived)} are asked for or given"
    return _invalid("body.criteria", rule, "meet the others")


def debt_objection(
    process: Process, gate: str, criteria: Iterable[str], debts: Iterable[Debt], now: datetime, field: str
) -> Objection | None:
    """Returns an objection where an earlier gate was passed on a waiver for the same, and what was promised
    then is still to come."""
    earlier = {each.key for each in takewhile(lambda each: each.key != gate, process.gates)}
    subjects = {each.criterion.id: _subject(each) for each in placed_criteria(process)}
    wanted = {subjects[id] for id in criteria if id in subjects}
    for debt in debts:
        missing = [id for id in debt.open_at(now) if debt.waiver.gate in earlier]
        owing = {subjects[id] for id in missing if id in subjects}
        if missing and debt.unasked:
            owing |= {*debt.waiver.versions}
        for about in sorted(wanted & owing):
            rule = f"{about}: {debt.waiver.gate} was passed on {debt.waiver.id}, which is not paid yet"
            return Objection("debt-open", field, rule, f"bring what is owed first: {', '.join(missing)}")
    return None


def _subject(placed: PlacedCriterion) -> str:
    """What a criterion is about: its decision, or, of the whole gate, what it counts."""
    if placed.decision is not None:
        return placed.decision
    return f"{kind_of(placed.criterion)} of {getattr(placed.criterion, 'of', 'the gate')}"


def ruling_objection(
    process: Process,
    facts: Facts,
    progress: Progress,
    waiver: Waiver,
    ruling: WaiverRuling,
    person: str,
    now: datetime,
    debts: Iterable[Debt] = (),
) -> Objection | None:
    """Returns why this person may not rule so on the waiver now; None: they may."""
    if waiver.requester == person:
        rule = "whoever asked for a waiver has no say in it, whatever their role"
        return Objection("forbidden", "path.waiver", rule, "ask another gatekeeper")
    waiver_state = state(waiver, facts, now)
    if ruling == "revoked":
        if waiver_state == "active":
            return None
        rule = f"it is {waiver_state}, and only an active waiver is revoked"
        return Objection("waiver-not-active", "path.waiver", rule, "leave it at that")
    if waiver_state != "requested":
        rule = f"it is {waiver_state}, and no longer open"
        return Objection("waiver-not-open", "path.waiver", rule, "if it is still needed, request another")
    if ruling == "rejected":
        return None
    return (
        _out_of_place(progress, waiver)
        or _partial(process, facts, progress, waiver, person)
        or debt_objection(process, waiver.gate, waiver.criteria, debts, now, "path.waiver")
    )


def _partial(
    process: Process, facts: Facts, progress: Progress, waiver: Waiver, person: str
) -> Objection | None:
    """Returns an objection where somebody approves who has a part in it."""
    if waiver.owed_by == person:
        part: str | None = "owes what the waiver is for"
    elif any(person in team.people for team in facts.teams):
        part = "is or was on the concept's team"
    else:
        part = part_of(facts, basis_at(process, facts, progress, waiver.gate), person)
    if part is None:
        return None
    rule = f"whoever {part} does not approve its waivers, whatever their role"
    return Objection("forbidden", "path.waiver", rule, "ask a gatekeeper who had no part in it")


def _out_of_place(progress: Progress, waiver: Waiver) -> Objection | None:
    if progress.status == "killed":
        return KILLED
    if progress.next_gate is None or progress.next_gate.key != waiver.gate:
        rule = f"it is for {waiver.gate}, which is not the concept's next gate"
        return Objection("gate-not-next", "path.waiver", rule, "reject it")
    return None


def _invalid(field: str, rule: str, remedy: str) -> Objection:
    return Objection("invalid-request", field, rule, remedy)
