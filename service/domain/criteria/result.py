"""The criterion's entry in the verdict, made from its count."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from schemas.process import Criterion
from schemas.readiness import CriterionResult, Deficit, Evidence
from schemas.vocabulary import CriterionOutcome, Level
from service.domain.criteria.kind import Count
from service.domain.criteria.kinds import kind_of
from service.domain.criteria.weighing import CriterionInputs, FilterSummary


class CriterionEvaluation(NamedTuple):
    """A criterion's entry, until when it stays met by time alone, and what else time changes in it.

    `turns_at`: when nothing changes but the day in its deficit.
    """

    entry: CriterionResult
    met_until: datetime
    changes_at: tuple[datetime, ...]
    turns_at: tuple[datetime, ...] = ()


class References(NamedTuple):
    """The tables that counts refer to: the case's evidence, by place, and the themes' labels, by id."""

    evidence: Sequence[Evidence]
    labels: Mapping[str, str | None]


def evaluate_criterion(
    criterion: Criterion, level: Level, weighed: CriterionInputs, references: References, as_of: datetime
) -> CriterionEvaluation:
    """The entry for one criterion at an instant."""
    kind, filters = kind_of(criterion), weighed.filters
    counted = kind.count(criterion, weighed.inputs, as_of)
    deficit = _deficit(counted, filters, as_of, dated=kind.traits.ages)
    outcome = _outcome(counted)
    entry = CriterionResult(
        id=criterion.id or "",
        kind=kind.name,
        level=level,
        outcome=outcome,
        raw_outcome=outcome,
        required=counted.required,
        actual=counted.actual,
        message=kind.say(counted, filters.where),
        remedy=kind.remedy(deficit) if deficit else None,
        deficit=deficit,
        evidence=[references.evidence[place] for place in counted.evidence],
        unanswered=[],
        waivable=criterion.waivable,
        waiver=None,
    )
    if counted.shown:
        _show(entry, counted.shown, references.labels)
    return CriterionEvaluation(entry, counted.met_until, counted.changes_at, _turning(deficit, filters))


def _show(entry: CriterionResult, shown: Mapping[str, Any], labels: Mapping[str, str | None]) -> None:
    """Sets the fields that only some kinds fill. Counts name themes by id, since labels may be erased."""
    for name, value in shown.items():
        setattr(entry, name, value)
    if entry.shared is not None:
        entry.shared = replace(entry.shared, label=labels.get(entry.shared.theme))


def _outcome(counted: Count) -> CriterionOutcome:
    if not counted.required:
        return "not_applicable"
    return "met" if counted.actual >= counted.required else "unmet"


def _deficit(counted: Count, filters: FilterSummary, as_of: datetime, *, dated: bool) -> Deficit | None:
    if counted.actual >= counted.required:
        return None
    return Deficit(
        missing=counted.required - counted.actual,
        of=counted.of,
        where=dict(filters.where),
        held_after=_held_after(filters, as_of) if dated else None,
    )


def _held_after(filters: FilterSummary, as_of: datetime) -> date | None:
    """The day after which any conversation is recent enough; None: any day."""
    bounds = [filters.since] if filters.since else []
    if filters.window:
        bounds.append((as_of - filters.window).date())
    return max(bounds, default=None)


def _turning(deficit: Deficit | None, filters: FilterSummary) -> tuple[datetime, ...]:
    """The instant at which the day in a deficit moves on: the window's edge passes a midnight (UTC)."""
    if deficit is None or deficit.held_after is None or filters.window is None:
        return ()
    following = datetime.combine(deficit.held_after + timedelta(days=1), datetime.min.time(), UTC)
    return (following + filters.window,)
