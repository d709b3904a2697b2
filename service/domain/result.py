"""From a count to the criterion's entry in the verdict."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from schemas.process import Criterion, Where
from schemas.readiness import CriterionResult, Deficit
from schemas.vocabulary import CriterionOutcome, Level
from service.domain import wording
from service.domain.criteria import Count
from service.domain.filters import Scope, segments_of, window_of

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


def judged(criterion: Criterion, level: Level, count: Count, scope: Scope, as_of: datetime) -> Judged:
    """The entry for one criterion; at level should it only warns."""
    where = _said(count.where, scope)
    deficit = _deficit(count, where, scope, as_of)
    outcome = _outcome(count)
    entry = CriterionResult(
        id=criterion.id or "",
        kind=count.kind,
        level=level,
        outcome=outcome,
        raw_outcome=outcome,
        required=count.required,
        actual=count.actual,
        message=_message(count, where),
        remedy=wording.remedy(count.kind, deficit) if deficit else None,
        deficit=deficit,
        evidence=count.evidence,
        unanswered=list(count.unanswered),
        shared=count.shared,
        approvals=list(count.approvals),
        waivable=criterion.waivable,
        waiver=None,
    )
    turning = _turning(deficit, count.where, scope, as_of)
    return Judged(entry, count.met_until, count.changes_at, turning)


def _outcome(count: Count) -> CriterionOutcome:
    if not count.required:
        return "not_applicable"
    return "met" if count.actual >= count.required else "unmet"


def _message(count: Count, where: dict[str, Any]) -> str:
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


def _said(where: Where, scope: Scope) -> dict[str, Any]:
    """The filters that were said, with `primary` as the segment's name."""
    if not where.model_fields_set:
        return {}
    said: dict[str, Any] = {}
    for name in where.model_fields_set:
        value = getattr(where, name)
        if value is not None:
            said[name] = _plain(segments_of(where, scope) if name == "segment" else value)
    return dict(sorted(said.items()))


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return value[0] if len(value) == 1 else list(value)


def _deficit(count: Count, where: dict[str, Any], scope: Scope, as_of: datetime) -> Deficit | None:
    if count.actual >= count.required:
        return None
    return Deficit(
        missing=count.required - count.actual,
        of=count.of,
        where=where,
        held_after=None if count.kind in UNDATED else _held_after(count.where, scope, as_of),
    )


def _held_after(where: Where, scope: Scope, as_of: datetime) -> date | None:
    """The day after which any conversation is recent enough; None: any day."""
    window = window_of(where, scope)
    since = scope.since[where.since] if where.since else None
    bounds = [since.date()] if since else []
    if window:
        bounds.append((as_of - window).date())
    return max(bounds, default=None)


def _turning(deficit: Deficit | None, where: Where, scope: Scope, as_of: datetime) -> tuple[datetime, ...]:
    """When the day in a deficit moves on: the window's edge passes a midnight (UTC)."""
    if deficit is None or deficit.held_after is None or (window := window_of(where, scope)) is None:
        return ()
    following = datetime.combine(deficit.held_after + timedelta(days=1), datetime.min.time(), as_of.tzinfo)
    return (following + window,)
