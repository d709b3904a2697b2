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
from service.domain.verdict.readiness import VerdictSpan


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
        """Returns whether the concept may pass."""
        return self.verdict in PASSING


NOWHERE = ReadinessState(None, "not_evaluable", None, frozenset(), 0, ("", 0), None)
"""Before anything was recorded."""

Judge = Callable[[datetime], ReadinessState]
"""The state at an instant, by what is recorded up to some event."""


class Step(NamedTuple):
    """An event: from its instant on, `judge` judges by the facts that include it. `ends_leap`: its instant
    may be before those of earlier events."""

    at: datetime
    judge: Judge
    ends_leap: bool = False


class Transition(NamedTuple):
    """One change of a concept's readiness, and its state from then on."""

    type: NoticeType
    at: datetime
    state: ReadinessState
    days: int | None = None
    waiver: str | None = None


class FollowResult(NamedTuple):
    """The transitions in a stretch of time, and the state at its end."""

    transitions: list[Transition]
    state: ReadinessState


def state_of(lasting: VerdictSpan) -> ReadinessState:
    """The part of a verdict that transitions are found by."""
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
) -> FollowResult:
    """The transitions from `begin`, in state `start`, through these events up to, and not at, `end`.

    A change by time at `end` itself waits: an event of that very instant comes before it. `days`: so many
    before the end of a passing verdict a warning is due.
    """
    transitions: list[Transition] = []
    state, at = start, begin
    for step in steps:
        # Somebody else's clock may be behind: nothing happens before what was seen already.
        then = step.at if step.ends_leap else max(step.at, at)
        passed = _through_time(judge, state, at, then, days)
        by_age = passed.state.changes_at == then and not judge(then).ready
        turned = _keeping_overdue(passed.state, step.judge(then))
        transitions += [*passed.transitions, *_turns(passed.state, turned, then, days, by_age=by_age)]
        judge, state, at = step.judge, turned, then
    rest = _through_time(judge, state, at, end, days)
    return FollowResult([*transitions, *rest.transitions], rest.state)


def due_at(state: ReadinessState, begin: datetime, days: Sequence[int]) -> datetime | None:
    """The next instant from `begin` on at which following may find something, if nothing is recorded."""
    ends = [state.changes_at, *(at for _, at in _warnings(state, days))]
    return min((at for at in ends if at is not None and at >= begin), default=None)


def _through_time(
    judge: Judge, state: ReadinessState, begin: datetime, end: datetime, days: Sequence[int]
) -> FollowResult:
    transitions: list[Transition] = []
    while state.changes_at is not None and state.changes_at < end:
        then = state.changes_at
        turned = _keeping_overdue(state, judge(then))
        transitions += _expiring(state, begin, then, days)
        transitions += _turns(state, turned, then, days, by_age=True)
        state, begin = turned, then
    return FollowResult([*transitions, *_expiring(state, begin, end, days)], state)


def _turns(
    before: ReadinessState, after: ReadinessState, at: datetime, days: Sequence[int], *, by_age: bool
) -> Iterator[Transition]:
    was_ready = before.ready and before.gate == after.gate
    if after.ready and not was_ready:
        yield Transition("readiness.ready", at, after)
    if was_ready and after.verdict == "blocked":
        yield Transition("readiness.expired" if by_age else "readiness.blocked", at, after)
    known = {number for number, end in _warnings(before, days) if end < at} if was_ready else set()
    for number, end in _warnings(after, days):
        if end < at and number not in known:
            yield Transition("readiness.expiring", at, after, days=number)
    for waiver in sorted(after.overdue - before.overdue):
        yield Transition("waiver.overdue", at, after, waiver=waiver)


def _expiring(
    state: ReadinessState, begin: datetime, end: datetime, days: Sequence[int]
) -> Iterator[Transition]:
    """Warnings whose time comes while nothing else changes."""
    for number, at in sorted(_warnings(state, days), key=lambda each: (each[1], each[0])):
        if begin <= at < end:
            yield Transition("readiness.expiring", at, state, days=number)


def _warnings(state: ReadinessState, days: Sequence[int]) -> list[tuple[int, datetime]]:
    until = state.passes_until
    if until is None or not state.ready:
        return []
    return [(number, until - timedelta(days=number)) for number in days]


def _keeping_overdue(before: ReadinessState, after: ReadinessState) -> ReadinessState:
    return after._replace(overdue=before.overdue | after.overdue)
