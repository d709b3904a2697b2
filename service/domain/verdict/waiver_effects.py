"""A criterion under a waiver: let pass while it holds, with its raw outcome kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from schemas.readiness import WaiverRef
from schemas.vocabulary import CriterionOutcome, WaiverState
from service.domain.criteria.result import CriterionEvaluation
from service.domain.facts.waivers import ApprovedWaiver, due_at, ends_at, state_of


def waived(
    evaluated: CriterionEvaluation,
    given: ApprovedWaiver,
    as_of: datetime,
    met_until: Callable[[datetime], datetime],
) -> CriterionEvaluation:
    """The entry with its waiver. `met_until`: until when it is met by itself, from an instant on."""
    waiver = given.waiver
    end, due = ends_at(waiver), due_at(waiver)
    if end is None or due is None:
        return evaluated
    state = state_of(given, as_of)
    holds = state == "active"
    unmet = evaluated.entry.raw_outcome == "unmet"
    shown: WaiverState = "not_needed" if holds and not unmet else state
    ref = WaiverRef(id=waiver.id, state=shown, expires_at=end, owed_by=waiver.owed_by, due_at=due)
    outcome: CriterionOutcome = "waived" if holds and unmet else evaluated.entry.outcome
    until, changes = evaluated.met_until, evaluated.changes_at
    if holds:
        # Where the waiver ends last, what is held in the meantime may be enough by then.
        until = until if until >= end else met_until(end)
        changes = (*changes, end)
    entry = replace(evaluated.entry, waiver=ref, outcome=outcome)
    return evaluated._replace(entry=entry, met_until=until, changes_at=changes)
