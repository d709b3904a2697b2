"""The transitions of a concept's readiness, by a write or by time alone, each exactly once.

The transitions up to an instant are a function of the log up to there, whenever and however often they are
worked out: those up to (position, instant) and those from there on are together all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.flips import NoticeType
from schemas.readiness import Readiness
from schemas.vocabulary import PASSING, Verdict
from service.domain.verdict.readiness import Lasting


class ReadinessState(NamedTuple):
    """A concept's readiness before its next gate. `changes_at`: the instant up to which time alone leaves it
    so. `overdue`: the waivers whose debts were ever overdue."""

    gate: str | None
    verdict: Verdict
    passes_until: datetime | None
    overdue: frozenset[str]
    position: int
    process: tuple[str, int]
    changes_at: datetime | None

    @property
    def ready(self) -> bool:
        """Whether the concept may pass."""
        return self.verdict in PASSING


NOWHERE = ReadinessState(None, "not_evaluable", None, frozenset(), 0, ("", 0), None)
"""Before anything was recorded."""

Judge = Callable[[datetime], ReadinessState]
"""The standing at an instant, by what is recorded up to some event."""


class Step(NamedTuple):
    """An event: from its instant on another judge knows better."""

    at: datetime
    judge: Judge


class Flip(NamedTuple):
    """One change, and how the concept stands from then on."""

    type: NoticeType
    at: datetime
    standing: ReadinessState
    days: int | None = None
    waiver: str | None = None


class Followed(NamedTuple):
    """The flips of a stretch of time, and how things stand at its end."""

    flips: list[Flip]
    standing: ReadinessState


def state_of(lasting: Lasting) -> ReadinessState:
    """The part of a verdict that can flip."""
    verdict: Readiness = lasting.verdict
    return ReadinessState(
        verdict.gate,
        verdict.verdict,
        verdict.passes_until,
        frozenset(owed.waiver for owed in verdict.owed if owed.overdue),
        verdict.position,
        (verdict.process.key, verdict.process.version),
        lasting.outcomes_until,
    )


def follow(
    judge: Judge,
    start: ReadinessState,
    begin: datetime,
    steps: Iterable[Step],
    end: datetime,
    days: Sequence[int],
) -> Followed:
    """The flips from `begin`, in state `start`, through these events up to, and not at, `end`.

    A change by time at `end` itself waits: an event of that very instant comes before it. `days`: so many
    before the end of a passing verdict a warning is due.
    """
    flips: list[Flip] = []
    standing, at = start, begin
    for step in steps:
        # Somebody else's clock may be behind: nothing happens before what was seen already.
        then = max(step.at, at)
        passed = _through_time(judge, standing, at, then, days)
        by_age = passed.standing.changes_at == then and not judge(then).ready
        turned = _carried(passed.standing, step.judge(then))
        flips += [*passed.flips, *_turns(passed.standing, turned, then, days, by_age=by_age)]
        judge, standing, at = step.judge, turned, then
    rest = _through_time(judge, standing, at, end, days)
    return Followed([*flips, *rest.flips], rest.standing)


def due_at(standing: ReadinessState, begin: datetime, days: Sequence[int]) -> datetime | None:
    """The next instant from `begin` on at which there may be a flip, if nothing is recorded."""
    ends = [standing.changes_at, *(at for _, at in _warnings(standing, days))]
    return min((at for at in ends if at is not None and at >= begin), default=None)


def _through_time(
    judge: Judge, standing: ReadinessState, begin: datetime, end: datetime, days: Sequence[int]
) -> Followed:
    flips: list[Flip] = []
    while standing.changes_at is not None and standing.changes_at < end:
        then = standing.changes_at
        turned = _carried(standing, judge(then))
        flips += _expiring(standing, begin, then, days)
        flips += _turns(standing, turned, then, days, by_age=True)
        standing, begin = turned, then
    return Followed([*flips, *_expiring(standing, begin, end, days)], standing)


def _turns(
    before: ReadinessState, after: ReadinessState, at: datetime, days: Sequence[int], *, by_age: bool
) -> Iterator[Flip]:
    was_ready = before.ready and before.gate == after.gate
    if after.ready and not was_ready:
        yield Flip("readiness.ready", at, after)
    if was_ready and after.verdict == "blocked":
        yield Flip("readiness.expired" if by_age else "readiness.blocked", at, after)
    known = {number for number, end in _warnings(before, days) if end < at} if was_ready else set()
    for number, end in _warnings(after, days):
        if end < at and number not in known:
            yield Flip("readiness.expiring", at, after, days=number)
    for waiver in sorted(after.overdue - before.overdue):
        yield Flip("waiver.overdue", at, after, waiver=waiver)


def _expiring(
    standing: ReadinessState, begin: datetime, end: datetime, days: Sequence[int]
) -> Iterator[Flip]:
    """Warnings whose time comes while nothing else changes."""
    for number, at in sorted(_warnings(standing, days), key=lambda each: (each[1], each[0])):
        if begin <= at < end:
            yield Flip("readiness.expiring", at, standing, days=number)


def _warnings(standing: ReadinessState, days: Sequence[int]) -> list[tuple[int, datetime]]:
    until = standing.passes_until
    if until is None or not standing.ready:
        return []
    return [(number, until - timedelta(days=number)) for number in days]


def _carried(before: ReadinessState, after: ReadinessState) -> ReadinessState:
    return after._replace(overdue=before.overdue | after.overdue)
