"""A criterion under a waiver: let pass while it holds, with its raw outcome kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from schemas.readiness import WaiverRef
from schemas.vocabulary import CriterionOutcome, WaiverState
from service.domain.criteria.result import Judged
from service.domain.facts.waivers import Given, due_at, ends_at, state_of


def waived(
    judged: Judged,
    given: Given,
    as_of: datetime,
    met_until: Callable[[datetime], datetime],
) -> Judged:
    """The entry with its waiver. `met_until`: until when it is met by itself, from an instant on."""
    waiver = given.waiver
    end, due = ends_at(waiver), due_at(waiver)
    if end is None or due is None:
        return judged
    standing = state_of(given, as_of)
    holds = standing == "active"
    unmet = judged.entry.raw_outcome == "unmet"
    shown: WaiverState = "not_needed" if holds and not unmet else standing
    ref = WaiverRef(id=waiver.id, state=shown, expires_at=end, owed_by=waiver.owed_by, due_at=due)
    outcome: CriterionOutcome = "waived" if holds and unmet else judged.entry.outcome
    until, changes = judged.met_until, judged.changes_at
    if holds:
        # Where the waiver ends last, what is held in the meantime may be enough by then.
        until = until if until >= end else met_until(end)
        changes = (*changes, end)
    entry = replace(judged.entry, waiver=ref, outcome=outcome)
    return judged._replace(entry=entry, met_until=until, changes_at=changes)
