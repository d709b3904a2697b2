"""A concept's waivers as they stand at an instant."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row

from schemas.readiness import CriterionResult, Readiness
from schemas.waiver import EvidenceOwed, Ruling, Waiver
from service.domain.facts.model import Facts
from service.domain.facts.present import present
from service.domain.facts.waivers import due_at, ends_at, state
from service.domain.verdict.debts import Debt
from service.domain.verdict.evaluation import outstanding
from service.domain.verdict.readiness import Question, evaluate
from service.store.nouns import waivers
from service.usecases.processes.processes import PublishedProcess
from service.usecases.verdicts.cases import facts_now, labels
from service.usecases.views import show_row


class WaiverViews:
    """The facts, verdicts and rulings by which a concept's waivers are shown, each loaded when first
    needed."""

    def __init__(
        self, connection: Connection, judged_by: PublishedProcess, concept: Row[Any], now: datetime
    ) -> None:
        self._connection, self._judged_by, self._concept, self._now = connection, judged_by, concept, now
        self._results: dict[str, Mapping[str, CriterionResult]] = {}

    def show(self, row: Row[Any]) -> Waiver:
        """The waiver of a row, with its words."""
        waiver, words = self._facts.waivers[row.id], row.words or {"reason": "", "evidence": ""}
        waiver_state, debt = state(waiver, self._facts, self._at), self._debts.get(row.id)
        met = [id for id in waiver.criteria if waiver_state == "active" and self._is_met(waiver.gate, id)]
        return show_row(
            Waiver,
            row,
            concept=self._concept.key,
            criteria=list(waiver.criteria),
            not_needed=met,
            state="not_needed" if len(met) == len(waiver.criteria) else waiver_state,
            reason=words["reason"],
            owed=EvidenceOwed(
                evidence=words["evidence"],
                by=row.owed_by,
                due_at=due_at(waiver),
                delivered_at=self._delivered_at(debt),
                overdue=debt is not None and debt.due_at <= self._at and bool(debt.open_at(self._at)),
            ),
            expires_at=ends_at(waiver),
            rulings=self._rulings[row.id],
        )

    @cached_property
    def _at(self) -> datetime:
        return present(self._now, self._facts.latest)

    @cached_property
    def _facts(self) -> Facts:
        return facts_now(self._connection, self._concept)

    @cached_property
    def _themes(self) -> dict[str, str]:
        return labels(self._connection, self._judged_by, self._facts)

    @cached_property
    def _debts(self) -> dict[str, Debt]:
        owing = outstanding(self._judged_by.process, self._facts, self._themes)
        return {debt.waiver.id: debt for debt in owing}

    @cached_property
    def _rulings(self) -> dict[str, list[Ruling]]:
        rulings: dict[str, list[Ruling]] = defaultdict(list)
        for row in waivers.rulings_on(self._connection, self._concept.id):
            reason = (row.words or {}).get("reason")
            ruling = Ruling(ruling=row.ruling, reason=reason, by=row.ruled_by, at=row.ruled_at)
            rulings[row.waiver].append(ruling)
        return rulings

    def _is_met(self, gate: str, criterion: str) -> bool:
        if gate not in self._results:
            question = Question(self._judged_by.process, self._judged_by.ref, self._at, gate)
            self._results[gate] = _by_id(evaluate(question, self._facts, self._themes))
        result = self._results[gate].get(criterion)
        return result is not None and result.raw_outcome != "unmet"

    def _delivered_at(self, debt: Debt | None) -> datetime | None:
        if debt is None or debt.open_at(self._at):
            return None
        return max(at for at in debt.delivered.values() if at is not None)


def _by_id(verdict: Readiness) -> dict[str, CriterionResult]:
    every = [*verdict.gate_criteria, *(one for each in verdict.decisions for one in each.criteria)]
    return {entry.id: entry for entry in every}
