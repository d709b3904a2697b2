"""Evidence owed under waivers with which gates were passed: delivered when the criteria are met after all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import Process
from schemas.readiness import CriterionResult, Owed
from schemas.vocabulary import CriterionOutcome
from service.domain.criteria.admissible import AssessedCitation, assessed_citations
from service.domain.criteria.evidence import EvidencePool, View
from service.domain.criteria.intervals import FOREVER
from service.domain.criteria.result import CriterionEvaluation
from service.domain.criteria.scope import scope_of
from service.domain.criteria.weighing import count, weigh
from service.domain.facts.model import Facts, Waiver
from service.domain.facts.progress import Progress, gates_from
from service.domain.facts.waivers import due_at
from service.domain.record.edition import FIRST
from service.domain.verdict.paid import PlacedCriterion, as_stated_at, later_pass, placed_criteria


class Debt(NamedTuple):
    """The evidence that one waiver owes. `delivered`: when each criterion was met after all; None: not yet.
    `unasked`: the criteria that the process no longer asks for, since the concept was moved."""

    waiver: Waiver
    due_at: datetime
    delivered: Mapping[str, datetime | None]
    unasked: frozenset[str] = frozenset()

    def open_at(self, instant: datetime) -> list[str]:
        """The criteria that are still to be met."""
        return [id for id, at in self.delivered.items() if at is None or at > instant]


def debts_of(
    process: Process,
    facts: Facts,
    progress: Progress,
    every: Sequence[AssessedCitation],
    themes: dict[str, str],
    touched: Mapping[str, frozenset[str]],
) -> list[Debt]:
    """The debts of all gos so far, the earliest due first. They bind the gate, not the wording: what is
    restated owes what it owed. A later gate's go after the due date, ready, settles a debt: it asked for it.
    """
    books = Books(process, facts, progress, every, themes, touched)
    debts = []
    for waiver in facts.waivers.values():
        due, went = due_at(waiver), waiver.went_at
        if due is None or went is None or _is_settled(process, facts, waiver, due):
            continue
        criteria = _waived_criteria(process, waiver, facts)
        delivered = {
            id: books.delivered_at(waiver, placed, went) if placed else None
            for id, placed in criteria.items()
        }
        if delivered:
            unasked = frozenset(id for id, placed in criteria.items() if placed is None)
            debts.append(Debt(waiver, due, delivered, unasked))
    return sorted(debts, key=lambda debt: (debt.due_at, debt.waiver.id))


def _is_settled(process: Process, facts: Facts, waiver: Waiver, due: datetime) -> bool:
    later = gates_from(process, waiver.gate)[1:]
    return any(
        r.outcome == "go" and r.gate in later and r.at >= due and (r.ready or facts.edition == FIRST)
        for r in facts.reviews
    )


def _waived_criteria(process: Process, waiver: Waiver, facts: Facts) -> dict[str, PlacedCriterion | None]:
    """Each waived criterion in its place; None: the process does not ask for it any more."""
    # By another version of the process the same id may stand for something else.
    waived = (None, *waiver.versions)
    by_id = {each.criterion.id: each for each in placed_criteria(process) if each.decision in waived}
    criteria = {id: by_id.get(id) for id in waiver.criteria}
    if facts.edition == FIRST:
        return {id: placed for id, placed in criteria.items() if not _is_restated(placed, waiver, facts)}
    return criteria


def _is_restated(placed: PlacedCriterion | None, waiver: Waiver, facts: Facts) -> bool:
    if placed is None or placed.decision is None:
        return False
    return facts.decisions[placed.decision].version != waiver.versions[placed.decision]


class Books(NamedTuple):
    """What tells when a debt was paid."""

    process: Process
    facts: Facts
    progress: Progress
    every: Sequence[AssessedCitation]
    themes: dict[str, str]
    touched: Mapping[str, frozenset[str]]

    def delivered_at(self, waiver: Waiver, placed: PlacedCriterion, went: datetime) -> datetime | None:
        """The first instant from the go on at which it was met, on what was stated then, or at which a later
        gate met it without a waiver; None: not yet."""
        if self.facts.edition == FIRST:
            return self._met_at(placed, went, None)
        met = [self._met_at(placed, start, end) for start, end in self._spans(placed, went)]
        return min(filter(None, (*met, later_pass(self.process, self.facts, waiver, placed))), default=None)

    def _spans(self, placed: PlacedCriterion, went: datetime) -> Iterable[tuple[datetime, datetime | None]]:
        """The times from the go on in which the same was stated of what it looks at."""
        stated = {
            each.at
            for each in self.facts.wordings
            if each.at > went and placed.decision in (None, each.decision)
        }
        starts = [went, *sorted(stated)]
        return zip(starts, [*starts[1:], None], strict=True)

    def _met_at(self, placed: PlacedCriterion, start: datetime, end: datetime | None) -> datetime | None:
        """The first instant in [start, end) at which it is met: only talks and signed notes make counts
        grow."""
        facts, every = self.facts, self.every
        if end is not None:
            facts = as_stated_at(facts, start)
            every = assessed_citations(facts, self.process.counts)
        own = [each for each in every if placed.decision in (None, each.citation.decision)]
        scope = scope_of(self.process, facts, self.progress, placed.gate, self.themes, self.touched)
        weighed = weigh(placed.criterion, View(placed.gate.key, own, scope, EvidencePool()), facts)
        begins = {each.conversation.counts_from(facts.edition) for each in own}
        begins |= {note.at for note in facts.notes}
        for instant in (start, *sorted(each for each in begins if each > start)):
            if end is not None and instant >= end:
                break
            counted = count(placed.criterion, weighed, instant)
            if counted.actual >= counted.required:
                return instant
        return None


def entry_of(debts: Sequence[Debt], as_of: datetime) -> list[CriterionEvaluation]:
    """The verdict's criterion about overdue evidence; empty while nothing is owed. It cannot be waived."""
    if not debts:
        return []
    due = [debt for debt in debts if debt.due_at <= as_of]
    undelivered = [debt for debt in due if debt.open_at(as_of)]
    outcome: CriterionOutcome = "unmet" if undelivered else "met" if due else "not_applicable"
    entry = CriterionResult(
        id="evidence-owed",
        kind="owed",
        level="must",
        outcome=outcome,
        raw_outcome=outcome,
        required=len(due),
        actual=len(due) - len(undelivered),
        message=f"{len(due) - len(undelivered)} of {len(due)} debts of earlier gates that are due are paid.",
        remedy=_remedy(undelivered, as_of),
        deficit=None,
        evidence=[],
        unanswered=[],
        waivable=False,
        waiver=None,
    )
    return [CriterionEvaluation(entry, _paid_until(debts, undelivered, as_of), _changes(debts))]


def _remedy(undelivered: Sequence[Debt], as_of: datetime) -> str | None:
    if not undelivered:
        return None
    missing = sorted({id for debt in undelivered for id in debt.open_at(as_of)})
    remedy = f"Bring what is owed: meet {', '.join(missing)} after all. This cannot be waived."
    unasked = sorted({id for debt in undelivered for id in debt.unasked})
    if not unasked:
        return remedy
    these = ", ".join(unasked)
    return f"{remedy} The process does not ask for {these} any more: move the concept to a version that does."


def _paid_until(debts: Sequence[Debt], undelivered: Sequence[Debt], as_of: datetime) -> datetime:
    if undelivered:
        return as_of
    ends = (debt.due_at for debt in debts if debt.due_at > as_of and debt.open_at(debt.due_at))
    return min(ends, default=FOREVER)


def owing(waiver: Waiver, criteria: Iterable[str]) -> list[Debt]:
    """The debt that a go on this waiver would make now."""
    due = due_at(waiver)
    return [Debt(waiver, due, dict.fromkeys(criteria))] if due else []


def _changes(debts: Iterable[Debt]) -> tuple[datetime, ...]:
    """The instants at which time alone changes what is due or delivered."""
    return tuple(
        instant
        for debt in debts
        for instant in (debt.due_at, *debt.delivered.values())
        if instant is not None
    )


def owed(debts: Iterable[Debt], as_of: datetime) -> list[Owed]:
    """The debts that are still open, as they are shown."""
    return [
        Owed(
            waiver=debt.waiver.id,
            gate=debt.waiver.gate,
            criteria=missing,
            by=debt.waiver.owed_by,
            due_at=debt.due_at,
            overdue=debt.due_at <= as_of,
        )
        for debt in debts
        if (missing := debt.open_at(as_of))
    ]
