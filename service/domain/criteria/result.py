"""From a count to the criterion's entry in the verdict."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from schemas.readiness import CriterionResult, Deficit
from schemas.vocabulary import CriterionOutcome
from service.domain.criteria import wording
from service.domain.criteria.counting import Count
from service.domain.criteria.weighing import Terms, Weighed

UNDATED = ("contradictions", "approvals")
"""Kinds for which no conversation of any day is missing."""


class Judged(NamedTuple):
    """A criterion's entry, until when it stays met by time alone, and what else time changes in it.

    `turns_at`: when nothing changes but the day in its deficit.
    """

    entry: CriterionResult
    met_until: datetime
    changes_at: tuple[datetime, ...]
    turns_at: tuple[datetime, ...] = ()


def judged(weighed: Weighed, count: Count, as_of: datetime) -> Judged:
    """The entry for one criterion."""
    criterion, terms = weighed.criterion, weighed.terms
    deficit = _deficit(count, terms, as_of)
    outcome = _outcome(count)
    entry = CriterionResult(
        id=criterion.id or "",
        kind=count.kind,
        level=weighed.level,
        outcome=outcome,
        raw_outcome=outcome,
        required=count.required,
        actual=count.actual,
        message=_message(count, terms.where),
        remedy=wording.remedy(count.kind, deficit) if deficit else None,
        deficit=deficit,
        evidence=count.evidence,
        unanswered=list(count.unanswered),
        shared=count.shared,
        approvals=list(count.approvals),
        waivable=criterion.waivable,
        waiver=None,
    )
    return Judged(entry, count.met_until, count.changes_at, _turning(deficit, terms, as_of))


def _outcome(count: Count) -> CriterionOutcome:
    if not count.required:
        return "not_applicable"
    return "met" if count.actual >= count.required else "unmet"


def _message(count: Count, where: Mapping[str, Any]) -> str:
    match count.kind:
        case "pattern":
            return wording.pattern(
                count.required, count.actual, count.shared.segment if count.shared else None
            )
        case "contradictions":
            return wording.contradictions(count.required, count.actual)
        case "disconfirmation":
            return wording.disconfirmation(count.required, count.actual, noted=count.noted)
        case "approvals":
            return wording.approvals(count.required, count.actual)
    return wording.at_least(count.required, count.actual, count.of, where)


def _deficit(count: Count, terms: Terms, as_of: datetime) -> Deficit | None:
    if count.actual >= count.required:
        return None
    return Deficit(
        missing=count.required - count.actual,
        of=count.of,
        where=dict(terms.where),
        held_after=None if count.kind in UNDATED else _held_after(terms, as_of),
    )


def _held_after(terms: Terms, as_of: datetime) -> date | None:
    """The day after which any conversation is recent enough; None: any day."""
    bounds = [terms.since] if terms.since else []
    if terms.window:
        bounds.append((as_of - terms.window).date())
    return max(bounds, default=None)


def _turning(deficit: Deficit | None, terms: Terms, as_of: datetime) -> tuple[datetime, ...]:
    """When the day in a deficit moves on: the window's edge passes a midnight (UTC)."""
    if deficit is None or deficit.held_after is None or terms.window is None:
        return ()
    following = datetime.combine(deficit.held_after + timedelta(days=1), datetime.min.time(), as_of.tzinfo)
    return (following + terms.window,)
