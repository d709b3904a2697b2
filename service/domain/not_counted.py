"""What does not count and why, so that nobody has to guess; and when age will change that."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.process import Approvals, Contradictions, Criterion, Where
from schemas.readiness import NotCounted
from schemas.vocabulary import Reason
from service.domain import wording
from service.domain.eligibility import Standing
from service.domain.filters import Scope, window_of
from service.domain.judging import Bench

ENDED = {"WITHDRAWN", "ERASED"}


AGELESS = (Contradictions, Approvals)
"""Criteria that count no citation for a while only."""
UNSAID = Where()


class Looker(NamedTuple):
    """A criterion that counts citations, and how long it counts each after it was held."""

    criterion: str
    window: timedelta | None


class Watched(NamedTuple):
    """A citation, those that look at it, and its entries whatever the instant. `turns`: when time
    changes whether it counts: when it was held, and when it grows too old for some."""

    standing: Standing
    lookers: Sequence[Looker]
    entries: Sequence[NotCounted]
    turns: Sequence[datetime]


def watch(bench: Bench) -> list[Watched]:
    """The citations that some criterion looks at, and those that always show."""
    whole = _lookers(bench.gate.criteria, bench.whole.scope)
    own: defaultdict[str, list[Looker]] = defaultdict(list)
    for look in bench.looks:
        decision = look.asked.decision
        own[decision.key] += _lookers(decision.criteria, look.view.scope)
    looking = {decision: _Looking.by([*lookers, *whole]) for decision, lookers in own.items()}
    others = _Looking.by(whole)
    watched = [_watched(s, looking.get(s.citation.decision, others)) for s in bench.whole.own]
    return [each for each in watched if each.lookers or _is_ended_contradiction(each.standing)]


class _Looking(NamedTuple):
    """Those that look at a decision's citations, and for how long each may count them."""

    lookers: Sequence[Looker]
    windows: Collection[timedelta]

    @classmethod
    def by(cls, lookers: Sequence[Looker]) -> "_Looking":
        return cls(lookers, {look.window for look in lookers if look.window})


def not_counted(watched: Iterable[Watched], as_of: datetime) -> tuple[list[NotCounted], list[datetime]]:
    """The entries, and the instants after `as_of` at which time alone changes them."""
    entries: list[NotCounted] = []
    changes: list[datetime] = []
    for each in watched:
        to_come = [instant for instant in each.turns if instant > as_of]
        entries += each.entries
        # All of its turns but the first are to come: it is held and fresh.
        if len(to_come) != len(each.turns) - 1:
            entries += _too_early_or_late(each, len(to_come), as_of)
        changes += to_come
    return entries, changes


def _watched(standing: Standing, looking: _Looking) -> Watched:
    entries = [_entry(standing, code, []) for code in standing.codes]
    if entries and not ENDED.isdisjoint(standing.codes):
        return Watched(standing, looking.lookers, entries, ())
    held_at = standing.conversation.held_at
    turns = [held_at, *[held_at + window for window in looking.windows]]
    return Watched(standing, looking.lookers, entries, turns)


def _is_ended_contradiction(standing: Standing) -> bool:
    """Erasure is the one way to be rid of a contradiction, so it always shows."""
    return standing.citation.stance in ("contradicts", "mixed") and standing.conversation.erased


def _lookers(criteria: Iterable[Criterion], scope: Scope) -> list[Looker]:
    return [
        Looker(criterion.id or "", window_of(getattr(criterion, "where", UNSAID), scope))
        for criterion in criteria
        if type(criterion) not in AGELESS
    ]


def _too_early_or_late(watched: Watched, to_come: int, as_of: datetime) -> Sequence[NotCounted]:
    """By how many of its turns are still to come."""
    standing, lookers, _, turns = watched
    if to_come == len(turns):
        return [_entry(standing, "IN_FUTURE", [])] if turns else ()
    held_at = standing.conversation.held_at
    aged = [look.criterion for look in lookers if look.window and held_at + look.window <= as_of]
    return [_entry(standing, "TOO_OLD", aged if len(aged) < len(lookers) else [])]


def _entry(standing: Standing, code: Reason, criteria: list[str]) -> NotCounted:
    return NotCounted(
        citation=standing.citation.id,
        conversation=standing.conversation.id,
        decision=standing.citation.decision,
        code=code,
        message=wording.REASONS[code],
        criteria=criteria,
    )
