"""Some theme voiced by at least so many different customers of one segment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from schemas.process import Pattern
from schemas.readiness import CriterionResult, Shared
from service.domain.criteria.evidence import Item, View, intervals_of
from service.domain.criteria.intervals import (
    FOREVER,
    Interval,
    count_distinct,
    enough_until,
    evidence_at,
)
from service.domain.criteria.kind import Count, Inputs, Kind, Traits
from service.domain.criteria.needs import Alternative, PlanContext, need_of
from service.domain.criteria.wording import Missing, held, plural
from service.domain.facts.model import Facts

SHARED_THEME = "a shared theme"


class ThemeSupport(Struct, frozen=True, array_like=True):
    """A theme that customers of a segment voiced, and when each of them counts."""

    segment: str
    theme: str
    customers: tuple[Interval, ...]


class PatternInputs(Inputs, frozen=True):
    """Each theme in each segment, in the order of their names."""

    support: tuple[ThemeSupport, ...]

    def themes(self) -> Iterable[str]:
        return (each.theme for each in self.support)


def _weigh(criterion: Pattern, view: View, _: Facts) -> PatternInputs:
    by_theme: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in view.through(criterion.where):
        for theme in set(item.conversation.themes):
            by_theme[item.conversation.segment, theme].append(item)
    support = (
        ThemeSupport(segment, theme, intervals_of(items, "customers", view.scope))
        for (segment, theme), items in sorted(by_theme.items())
    )
    return PatternInputs(tuple(support))


def _count(criterion: Pattern, inputs: PatternInputs, as_of: datetime) -> Count:
    """The theme and segment that most customers share; of equals the one that lasts."""
    needed = criterion.pattern
    counted = [(count_distinct(each.customers, needed, as_of), each) for each in inputs.support]
    strength, best = max(counted, key=lambda each: each[0], default=((0, as_of), None))
    return Count(
        required=needed,
        actual=strength[0],
        of="customers",
        evidence=evidence_at(best.customers, as_of) if best else [],
        met_until=_any_until([each.customers for each in inputs.support], needed, as_of),
        shown={"shared": Shared(segment=best.segment, theme=best.theme, label=None)} if best else {},
    )


def _any_until(themes: Sequence[Sequence[Interval]], needed: int, as_of: datetime) -> datetime:
    """The instant up to which some theme has enough support: where one ends another may go on."""
    instant = as_of
    while True:
        following = max((enough_until(each, needed, instant) for each in themes), default=instant)
        if following in (instant, FOREVER):
            return following
        instant = following


def _say(count: Count, _: Mapping[str, Any]) -> str:
    shared = count.shown.get("shared")
    of = f"of segment {shared.segment} share" if shared else "of one segment share"
    return f"{count.actual} of {plural(count.required, 'customers')} {of} a theme."


def _remedy(deficit: Missing) -> str:
    customers = plural(deficit.missing, "customers")
    return f"Hear the same theme from {customers} more of one segment{held(deficit)}."


def _plan(
    criterion: Pattern, decision: str | None, entry: CriterionResult, context: PlanContext
) -> Sequence[Alternative]:
    """In each segment, the theme that most of its customers voiced already, or a new one."""
    need = need_of(criterion.where, decision, entry, context)
    talks, ways = context.counted(criterion.where), list[Alternative]()
    for segment in sorted(need.allowed.get("segment", context.known_segments)):
        voiced = {
            label: len({talk.customer for talk in talks if talk.segment == segment and theme in talk.themes})
            for theme, label in sorted(context.view.scope.themes.items())
        }
        label = max(voiced, key=lambda each: voiced[each], default=SHARED_THEME)
        most = voiced.get(label, 0)
        chosen = label if most else next(iter(criterion.where.theme or (SHARED_THEME,)))
        extras = need.extras._replace(themes=tuple(dict.fromkeys((*need.extras.themes, chosen))))
        allowed = {**need.allowed, "segment": frozenset([segment])}
        ways.append([need._replace(times=entry.required - most, allowed=allowed, extras=extras)])
    return ways


KIND = Kind(
    name="pattern",
    model=Pattern,
    inputs=PatternInputs,
    weigh=_weigh,
    count=_count,
    say=_say,
    remedy=_remedy,
    plan=_plan,
    traits=Traits(ages=True, shows_themes=True),
)
