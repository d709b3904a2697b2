"""At least so many different units among the citations that count."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations, islice
from typing import Any

from schemas.process import AtLeast
from schemas.readiness import CriterionResult
from service.domain.criteria.evidence import Meetings, View
from service.domain.criteria.filters import UNITS
from service.domain.criteria.intervals import count_apart, count_matched, evidence_at
from service.domain.criteria.kind import Count, Inputs, Kind, Traits
from service.domain.criteria.matching import largest_matchings
from service.domain.criteria.needs import (
    MOST_ALTERNATIVES,
    Alternative,
    Extras,
    Impossible,
    Need,
    PlanContext,
    need_of,
)
from service.domain.criteria.wording import Missing, filters, held, more, plural
from service.domain.facts.model import Facts

WEEK = 7
"""Days. Those that count as different weeks are so far apart."""
MOST_IN_ONE = {"participants": 100, "quotes": 200}


class AtLeastInputs(Inputs, frozen=True):
    """The interval in which each citation counts, and which talks were one meeting."""

    meetings: Meetings


def _weigh(criterion: AtLeast, view: View, _: Facts) -> AtLeastInputs:
    if criterion.of == "conversations":
        return AtLeastInputs(view.meetings(criterion.where))
    return AtLeastInputs(Meetings(view.intervals(criterion.where, criterion.of), ()))


def _count(criterion: AtLeast, inputs: AtLeastInputs, as_of: datetime) -> Count:
    required, intervals = criterion.at_least, inputs.meetings.intervals
    match criterion.of:
        case "weeks":
            actual, met_until = count_apart(intervals, required, as_of, lambda a, b: abs(a - b) < WEEK)
        case "segments":
            actual, met_until = count_matched(intervals, required, as_of)
        case _:
            actual, met_until = inputs.meetings.count(required, as_of)
    return Count(required, actual, criterion.of, evidence_at(intervals, as_of), met_until)


def _say(count: Count, where: Mapping[str, Any]) -> str:
    return f"{count.actual} of {plural(count.required, count.of)}{filters(where) if where else ''}."


def _remedy(deficit: Missing) -> str:
    needed = more(deficit.missing, deficit.of)
    return f"Needed: {needed}{filters(deficit.where)}{held(deficit)}; record and cite what they said."


def _plan(
    criterion: AtLeast, decision: str | None, entry: CriterionResult, context: PlanContext
) -> Sequence[Alternative]:
    missing = entry.required - entry.actual
    need = need_of(criterion.where, decision, entry, context)
    counted = _counted(criterion, context)
    match criterion.of:
        case "conversations" | "customers":
            return [[need._replace(times=missing)]]
        case "weeks":
            return [[need._replace(times=missing, weeks=True, weeks_had=counted)]]
        case "segments":
            return _segments(need, missing, counted, context)
        case "interviewers":
            return [[need._replace(extras=_interviewers(need, missing, counted, context))]]
        case "participants" | "quotes":
            most = MOST_IN_ONE[criterion.of]
            number = min(missing, most)
            extras = Extras(**{**need.extras._asdict(), criterion.of: number})
            return [[need._replace(times=-(-missing // most), extras=extras)]]
    raise Impossible("It counts what no plan is made for.")


def _segments(need: Need, missing: int, counted: frozenset[Any], context: PlanContext) -> list[Alternative]:
    named = sorted(need.allowed["segment"]) if "segment" in need.allowed else list(context.known_segments)
    fresh = [] if "segment" in need.allowed else [f"another segment {n + 1}" for n in range(missing)]
    candidates = [each for each in (*named, *fresh) if each not in counted]
    if len(candidates) < missing:
        raise Impossible("There are not that many segments left among those that it looks at.")
    chosen = islice(combinations(candidates, missing), MOST_ALTERNATIVES)
    return [
        [need._replace(allowed={**need.allowed, "segment": frozenset([each])}) for each in some]
        for some in chosen
    ]


def _interviewers(need: Need, missing: int, counted: frozenset[Any], context: PlanContext) -> Extras:
    others = sorted(context.view.scope.team - counted)
    if len(others) < missing:
        raise Impossible("The team has not that many others who could attend.")
    return need.extras._replace(attendees=tuple(dict.fromkeys((*need.extras.attendees, *others[:missing]))))


def _counted(criterion: AtLeast, context: PlanContext) -> frozenset[Any]:
    """The values that count already: of weeks their days, of segments those that some customer stands for."""
    talks, values = context.counted(criterion.where), UNITS[criterion.of]
    if criterion.of == "segments":
        matchings = largest_matchings((talk.customer, talk.segment) for talk in talks)
        return frozenset(max(matchings, key=len, default=()))
    return frozenset(value for talk in talks for value in values(talk, context.view.scope))


KIND = Kind(
    name="at_least",
    model=AtLeast,
    inputs=AtLeastInputs,
    weigh=_weigh,
    count=_count,
    say=_say,
    remedy=_remedy,
    plan=_plan,
    traits=Traits(ages=True),
)
