"""The `where` of a criterion: which of the citations that count it looks at, and what it counts in them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.process import Where
from schemas.vocabulary import Has, Unit
from service.domain.criteria.admissible import freshness, is_first_hand
from service.domain.facts.consent import ALLOWS
from service.domain.facts.model import Conversation

SUPPORT = ("supports",)


class Scope(NamedTuple):
    """The values with which filters compare. `window` is the freshness where a criterion names none."""

    window: timedelta | None
    since: dict[str, datetime | None]
    primary_segment: str
    team: frozenset[str]
    themes: dict[str, str]
    """Label by theme id."""


Filter = Callable[[Conversation, Where, Scope], bool]


def window_of(where: Where, scope: Scope) -> timedelta | None:
    """The time for which a conversation counts here after it was held; None: for the concept's life."""
    if "within_days" not in where.model_fields_set:
        return scope.window
    return freshness(where.within_days)


def filters_of(where: Where) -> list[Filter]:
    """The filters that were said, but for age and stance."""
    return [FILTERS[name] for name in where.model_fields_set if name in FILTERS]


def _segment(conversation: Conversation, where: Where, scope: Scope) -> bool:
    return conversation.segment in segments_of(where, scope)


def segments_of(where: Where, scope: Scope) -> tuple[str, ...]:
    """The segments' names, `primary` replaced by the concept's."""
    return tuple(scope.primary_segment if name == "primary" else name for name in where.segment or ())


def _since(conversation: Conversation, where: Where, scope: Scope) -> bool:
    if where.since is None:
        return True
    start = scope.since[where.since]
    if start is None:
        # Before the first gate there is nothing to be newer than; before a launch nothing is after it.
        return where.since == "previous_gate"
    return conversation.held_at > start


def _has(conversation: Conversation, where: Where, _: Scope) -> bool:
    return any(HAS[what](conversation) for what in where.has or HAS)


def _functions(conversation: Conversation, where: Where, _: Scope) -> bool:
    return any(
        attendee.function in (where.attendee_function or (attendee.function,))
        for attendee in conversation.attendees
    )


def _themes(conversation: Conversation, where: Where, scope: Scope) -> bool:
    wanted = {fold_label(label) for label in where.theme or ()}
    return not wanted or any(fold_label(scope.themes.get(id, "")) in wanted for id in conversation.themes)


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

# A filter that is said but null filters nothing.
FILTERS: dict[str, Filter] = {
    "kinds": lambda c, w, _: w.kinds is None or c.kind in w.kinds,
    "since": _since,
    "segment": lambda c, w, s: w.segment is None or _segment(c, w, s),
    "relationship": lambda c, w, _: w.relationship is None or c.relationship in w.relationship,
    "relationship_not": lambda c, w, _: c.relationship not in (w.relationship_not or ()),
    "first_hand": lambda c, w, s: w.first_hand is None or is_first_hand(c, s.team),
    "conducted_by": lambda c, w, _: w.conducted_by is None or c.conducted_by in w.conducted_by,
    "attendee_function": lambda c, w, s: w.attendee_function is None or _functions(c, w, s),
    "leader_attending": lambda c, w, _: w.leader_attending is None or any(a.leader for a in c.attendees),
    "has": lambda c, w, s: w.has is None or _has(c, w, s),
    "commitment": lambda c, w, _: w.commitment is None or not set(w.commitment).isdisjoint(c.commitments),
    "theme": _themes,
}


# What one conversation adds to each unit: distinct values, so that the same one never counts twice.
UNITS: dict[Unit, Callable[[Conversation, Scope], tuple[object, ...]]] = {
    "conversations": lambda c, _: (c.id,),
    "customers": lambda c, _: (c.customer,),
    "participants": lambda c, _: tuple((c.customer, ref) for ref in c.participants),
    "segments": lambda c, _: (c.segment,),
    "weeks": lambda c, _: (c.held_at.isocalendar()[:2],),
    "quotes": lambda c, _: tuple((c.id, n) for n in range(_quotes(c))),
    "interviewers": lambda c, s: tuple(a.person for a in c.attendees if a.person in s.team),
}
