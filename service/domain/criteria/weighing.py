"""Step two, weighing: all that a criterion has before it, whatever the instant."""

from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct

from schemas.process import Criterion, Where
from schemas.vocabulary import Level
from service.domain.criteria.evidence import View
from service.domain.criteria.filters import Scope, segments_of, window_of
from service.domain.criteria.kind import Count
from service.domain.criteria.kinds import AnyInputs, kind_of
from service.domain.facts.model import Facts
from service.domain.record import edition

NO_FILTERS = Where()


class FilterSummary(Struct, frozen=True, array_like=True):
    """A criterion's filters as the verdict repeats them. `window`: how long it counts a conversation; None:
    for good. `since`: the day after which one has to be held; None: any."""

    where: dict[str, Any]
    window: timedelta | None
    since: date | None


class CriterionInputs(Struct, frozen=True, array_like=True):
    """The inputs of one criterion: its filters, and the values that its kind weighed."""

    filters: FilterSummary
    inputs: AnyInputs


def weigh(criterion: Criterion, view: View, facts: Facts) -> CriterionInputs:
    """The inputs of this criterion, from the citations in its view."""
    where, scope = where_of(criterion, view.scope.edition), view.scope
    since = scope.since[where.since] if where.since else None
    filters = FilterSummary(_stated(where, scope), window_of(where, scope), since.date() if since else None)
    return CriterionInputs(filters, kind_of(criterion).weigh(criterion, view, facts))


def count(criterion: Criterion, weighed: CriterionInputs, as_of: datetime) -> Count:
    """Step two, counting: the counts of a criterion, compared at an instant."""
    return kind_of(criterion).count(criterion, weighed.inputs, as_of)


def level_of(criterion: Criterion, level: Level) -> Level:
    """The level of the criterion: should, under a decision at level should."""
    return "should" if level == "should" else criterion.level


def where_of(criterion: Criterion, by_edition: int = edition.CURRENT) -> Where:
    """The criterion's filters, by an edition of the rules."""
    own: Where = getattr(criterion, "where", NO_FILTERS)
    of_kind = kind_of(criterion).traits.where
    return of_kind(by_edition) if of_kind else own


def _stated(where: Where, scope: Scope) -> dict[str, Any]:
    """The filters that the process states, with `primary` as the segment's name."""
    stated: dict[str, Any] = {}
    for name in sorted(where.model_fields_set):
        value = getattr(where, name)
        if value is not None:
            stated[name] = _plain(segments_of(value, scope) if name == "segment" else value)
    return stated


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return value[0] if len(value) == 1 else list(value)
