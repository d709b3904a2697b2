"""The `where` of a criterion: which of the citations that count it looks at, and what it counts in them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from schemas.process import Where
from schemas.vocabulary import Has, Since, Unit
from service.domain.criteria.admissible import freshness, is_first_hand
from service.domain.facts.consent import ALLOWS
from service.domain.facts.model import Conversation
from service.domain.facts.teams import Teams, interviewers
from service.domain.record import edition

SUPPORT = ("supports",)
NOTHING_TOUCHED: Mapping[str, frozenset[str]] = {}


class Scope(NamedTuple):
    """The values with which filters compare. `window` is the freshness where a criterion names none."""

    window: timedelta | None
    since: dict[str, datetime | None]
    primary_segment: str
    team: frozenset[str]
    teams: Teams
    themes: dict[str, str]
    """Label by theme id."""
    edition: int
    merged_themes: dict[str, str]
    """The theme that another one is counted as, by id: the other's label is a synonym."""
    touched: Mapping[str, frozenset[str]] = NOTHING_TOUCHED
    """By an observation's code, the conversations that are not clear of it."""


Filter = Callable[[Conversation, Any, Scope], bool]
"""Whether a conversation passes a filter of this value."""


def window_of(where: Where, scope: Scope) -> timedelta | None:
    """The time for which a conversation counts here after it was held; None: for the concept's life."""
    if "within_days" not in where.model_fields_set:
        return scope.window
    return freshness(where.within_days)


def filters_of(where: Where) -> list[tuple[Filter, Any]]:
    """The filters that are stated, but for age and stance, with their values. A null one filters nothing."""
    stated = ((name, getattr(where, name)) for name in where.model_fields_set if name in FILTERS)
    return [(FILTERS[name], value) for name, value in stated if value is not None]


def segments_of(names: Iterable[str], scope: Scope) -> tuple[str, ...]:
    """The segments' names, `primary` replaced by the concept's."""
    return tuple(scope.primary_segment if name == "primary" else name for name in names)


def _since(conversation: Conversation, since: Since, scope: Scope) -> bool:
    start = scope.since[since]
    if start is None:
        # Before the first gate there is nothing to be newer than; before a launch nothing is after it.
        return since == "previous_gate"
    return conversation.held_at > start and (
        since != "previous_gate" or scope.edition == edition.FIRST or conversation.recorded_at > start
    )


def _themes(conversation: Conversation, labels: Iterable[str], scope: Scope) -> bool:
    wanted = {fold_label(label) for label in labels}
    named = {id for id, label in scope.themes.items() if fold_label(label) in wanted}
    return not {scope.merged_themes.get(id, id) for id in named}.isdisjoint(conversation.themes)


def fold_label(label: str) -> str:
    """The label as compared: case and spacing do not matter."""
    return " ".join(label.casefold().split())


def _quotes(conversation: Conversation) -> int:
    """The number of quotes that may be shown: a quote that nobody may read supports nothing."""
    return conversation.quotes if ALLOWS[conversation.consent].quote_inside else 0


HAS: dict[Has, Callable[[Conversation], bool]] = {
    "quote": lambda c: _quotes(c) > 0,
    "commitment": lambda c: bool(c.commitments),
    "past_spend": lambda c: c.past_spend,
    "transcript": lambda _: False,  # transcripts cannot be attached yet: unknown is never favourable
}

FILTERS: dict[str, Filter] = {
    "kinds": lambda c, kinds, _: c.kind in kinds,
    "since": _since,
    "segment": lambda c, names, scope: c.segment in segments_of(names, scope),
    "relationship": lambda c, some, _: c.relationship in some,
    "relationship_not": lambda c, some, _: c.relationship not in some,
    "first_hand": lambda c, _, scope: is_first_hand(c, scope.teams),
    "conducted_by": lambda c, some, _: c.conducted_by in some,
    "attendee_function": lambda c, functions, _: any(a.function in functions for a in c.attendees),
    "leader_attending": lambda c, _, __: any(a.leader for a in c.attendees),
    "has": lambda c, some, _: any(HAS[what](c) for what in some),
    "commitment": lambda c, some, _: not set(some).isdisjoint(c.commitments),
    "theme": _themes,
    "clear_of": lambda c, codes, scope: not any(c.id in scope.touched.get(code, ()) for code in codes),
}


def _heard_in(conversation: Conversation, scope: Scope) -> tuple[str, str]:
    """Who stands for one segment only: the customer, and by the first edition each talk."""
    if scope.edition == edition.FIRST:
        return "talk", conversation.id
    return "customer", conversation.customer


def _day(conversation: Conversation, scope: Scope) -> int:
    """The number of its day. The first edition went by calendar weeks: by the number of its Monday."""
    day = conversation.held_at.toordinal()
    return day - conversation.held_at.weekday() if scope.edition == edition.FIRST else day


# What one conversation adds to each unit: values, so that the same one never counts twice. Of weeks they are
# days, to be seven apart; of segments a pair, of which each side counts once.
UNITS: dict[Unit, Callable[[Conversation, Scope], tuple[object, ...]]] = {
    "conversations": lambda c, _: (c.id,),
    "customers": lambda c, _: (c.customer,),
    "participants": lambda c, _: tuple((c.customer, ref) for ref in c.participants),
    "segments": lambda c, s: (_heard_in(c, s), ("segment", c.segment)),
    "weeks": lambda c, s: (_day(c, s),),
    "quotes": lambda c, _: tuple((c.id, n) for n in range(_quotes(c))),
    "interviewers": lambda c, s: tuple(interviewers(c, s.teams)),
}
