"""What does not count and why, so that nobody has to guess; and when age will change that."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.process import Contradictions, Criterion, Gate, Where
from schemas.readiness import NotCounted
from schemas.vocabulary import Reason
from service.domain import wording
from service.domain.eligibility import Standing
from service.domain.filters import window_of
from service.domain.judging import Bench, Ruling

ENDED = {"WITHDRAWN", "ERASED"}


class Looker(NamedTuple):
    """A criterion that counts citations, and how long it counts each after it was held."""

    criterion: str
    window: timedelta | None


def not_counted(
    bench: Bench, gate: Gate, rulings: Sequence[Ruling]
) -> tuple[list[NotCounted], list[datetime]]:
    """The entries, and the instants after `as_of` at which time alone changes them."""
    whole = list(_lookers(bench, gate, gate.criteria))
    by_decision: defaultdict[str, list[Looker]] = defaultdict(list)
    for ruling in rulings:
        decision, asking = ruling.asked
        by_decision[decision.key] += _lookers(bench, asking, decision.criteria)
    entries: list[NotCounted] = []
    changes: list[datetime] = []
    for standing in bench.standings:
        lookers = [*by_decision.get(standing.citation.decision, ()), *whole]
        if lookers or _is_ended_contradiction(standing):
            entries += _entries(standing, lookers, bench.as_of)
            changes += _changes(standing, lookers, bench.as_of)
    return entries, changes


def _is_ended_contradiction(standing: Standing) -> bool:
    """Erasure is the one way to be rid of a contradiction, so it always shows."""
    return standing.citation.stance in ("contradicts", "mixed") and standing.conversation.erased


def _lookers(bench: Bench, gate: Gate, criteria: Iterable[Criterion]) -> Iterable[Looker]:
    scope = bench.scopes[gate.key]
    for criterion in criteria:
        if not isinstance(criterion, Contradictions):
            where = getattr(criterion, "where", None) or Where()
            yield Looker(criterion.id or "", window_of(where, scope))


def _entries(standing: Standing, lookers: Sequence[Looker], as_of: datetime) -> Iterable[NotCounted]:
    for code in standing.codes:
        yield _entry(standing, code, [])
    if not ENDED.isdisjoint(standing.codes):
        return
    held_at = standing.conversation.held_at
    if held_at > as_of:
        yield _entry(standing, "IN_FUTURE", [])
    aged = [look.criterion for look in lookers if look.window and held_at + look.window <= as_of]
    if aged:
        yield _entry(standing, "TOO_OLD", aged if len(aged) < len(lookers) else [])


def _entry(standing: Standing, code: Reason, criteria: list[str]) -> NotCounted:
    return NotCounted(
        citation=standing.citation.id,
        conversation=standing.conversation.id,
        decision=standing.citation.decision,
        code=code,
        message=wording.REASONS[code],
        criteria=criteria,
    )


def _changes(standing: Standing, lookers: Sequence[Looker], as_of: datetime) -> Iterable[datetime]:
    if ENDED.isdisjoint(standing.codes):
        held_at = standing.conversation.held_at
        ends = {held_at + look.window for look in lookers if look.window}
        yield from (instant for instant in (held_at, *ends) if instant > as_of)
