"""What does not count and why, so that nobody has to guess; and when age will change that."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.process import Contradictions, Criterion, Disconfirmation, Gate, Where
from schemas.readiness import NotCounted
from schemas.vocabulary import Reason
from service.domain import wording
from service.domain.eligibility import Standing
from service.domain.filters import Scope, window_of
from service.domain.judging import Bench, Ruling

ENDED = {"WITHDRAWN", "ERASED"}


UNSAID = Where()


class Looker(NamedTuple):
    """A criterion that counts citations, and how long it counts each after it was held."""

    criterion: str
    window: timedelta | None


class Lookers(NamedTuple):
    """All that look at a citation, and the different windows among theirs."""

    each: Sequence[Looker]
    windows: Set[timedelta]


def not_counted(
    bench: Bench, gate: Gate, rulings: Sequence[Ruling]
) -> tuple[list[NotCounted], list[datetime]]:
    """The entries, and the instants after `as_of` at which time alone changes them."""
    whole = list(_lookers(gate.criteria, bench.scopes[gate.key]))
    own: defaultdict[str, list[Looker]] = defaultdict(list)
    for ruling in rulings:
        decision, asking = ruling.asked
        own[decision.key] += _lookers(decision.criteria, bench.scopes[asking.key])
    at_none = _together(whole)
    at = {decision: _together([*lookers, *whole]) for decision, lookers in own.items()}
    entries: list[NotCounted] = []
    changes: list[datetime] = []
    for standing in bench.standings:
        lookers = at.get(standing.citation.decision, at_none)
        if lookers.each or _is_ended_contradiction(standing):
            entries += [_entry(standing, code, []) for code in standing.codes]
            if ENDED.isdisjoint(standing.codes):
                turns = [standing.conversation.held_at + window for window in lookers.windows]
                entries += _too_early_or_late(standing, lookers, turns, bench.as_of)
                turns.append(standing.conversation.held_at)
                changes += [instant for instant in turns if instant > bench.as_of]
    return entries, changes


def _is_ended_contradiction(standing: Standing) -> bool:
    """Erasure is the one way to be rid of a contradiction, so it always shows."""
    return standing.citation.stance in ("contradicts", "mixed") and standing.conversation.erased


def _lookers(criteria: Iterable[Criterion], scope: Scope) -> Iterable[Looker]:
    for criterion in criteria:
        if not isinstance(criterion, Contradictions):
            where = UNSAID if isinstance(criterion, Disconfirmation) else criterion.where
            yield Looker(criterion.id or "", window_of(where, scope))


def _together(lookers: Sequence[Looker]) -> Lookers:
    return Lookers(lookers, {looker.window for looker in lookers if looker.window})


def _too_early_or_late(
    standing: Standing, lookers: Lookers, ends: Iterable[datetime], as_of: datetime
) -> Iterable[NotCounted]:
    held_at = standing.conversation.held_at
    if held_at > as_of:
        yield _entry(standing, "IN_FUTURE", [])
    if any(end <= as_of for end in ends):
        aged = [look.criterion for look in lookers.each if look.window and held_at + look.window <= as_of]
        yield _entry(standing, "TOO_OLD", aged if len(aged) < len(lookers.each) else [])


def _entry(standing: Standing, code: Reason, criteria: list[str]) -> NotCounted:
    return NotCounted(
        citation=standing.citation.id,
        conversation=standing.conversation.id,
        decision=standing.citation.decision,
        code=code,
        message=wording.REASONS[code],
        criteria=criteria,
    )
