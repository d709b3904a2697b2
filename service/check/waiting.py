"""Waiting until ready: patiently, and with an end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import uniform
from typing import NamedTuple

from service.check.answer import Answer, Answers
from service.check.outcomes import Unanswered
from service.check.words import many, minute

FIRST, GROWTH, LONGEST = 5.0, 1.5, 60.0
"""Seconds between two questions: at first, how they grow, and at most."""
FINAL = {"CONCEPT_KILLED", "ALL_GATES_PASSED", "NO_SUCH_GATE"}
"""Reasons that no waiting takes away."""


class Time(NamedTuple):
    """The clock, a way to let time pass, and chance (so that many bots do not ask in step)."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    vary: Callable[[float, float], float] = uniform


def wait_until_ready(
    ask: Callable[[], Answers], ceiling: timedelta, time: Time, tell: Callable[[str], None]
) -> Answers:
    """Returns the first answer that is ready, or the one at the ceiling. `tell` takes lines of progress.

    Raises Unanswered when the last attempt failed: the answer before it need not hold any more."""
    until, pause, last_state = time.now() + ceiling, FIRST, ""
    while True:
        answers, why = _attempt(ask)
        if answers is not None and (answers.ready or _is_final(answers)):
            return answers
        now = time.now()
        if now >= until:
            if answers is None:
                raise why or Unanswered("There is no answer.")
            return answers
        asked_again = _next(answers, why, now, pause * time.vary(0.8, 1.2), until)
        state = _state(answers, why)
        if state != last_state:
            tell(f"{state} Waiting until {minute(until)} at most.")
            last_state = state
        time.sleep(max(0.0, (asked_again - now).total_seconds()))
        pause = min(pause * GROWTH, LONGEST)


def _attempt(ask: Callable[[], Answers]) -> tuple[Answers | None, Unanswered | None]:
    try:
        return ask(), None
    except Unanswered as error:
        if not error.passing:
            raise
        return None, error


def _next(
    answers: Answers | None, why: Unanswered | None, now: datetime, pause: float, until: datetime
) -> datetime:
    """Returns when to ask again: after the pause, or when the verdict changes; never before Retry-After."""
    at = now + timedelta(seconds=pause)
    shown = [each for each in (answers.shown if answers else ()) if isinstance(each, Answer)]
    changes = [each.next_change_at for each in shown if each.next_change_at and each.next_change_at > now]
    at = min([at, *changes])
    if why is not None and why.wait is not None:
        at = max(at, now + timedelta(seconds=why.wait))
    return min(at, until)


def _is_final(answers: Answers) -> bool:
    (first, *others) = answers.shown or (None,)
    return first is not None and not others and first.why_not is not None and first.why_not.code in FINAL


def _state(answers: Answers | None, why: Unanswered | None) -> str:
    if answers is None:
        return f"No answer yet: {why}"
    if len(answers.shown) == 1:
        answer = answers.shown[0]
        missing = many(len(answer.blocking), "criterion is", "criteria are")
        return f"{answer.name}: {answer.verdict.replace('_', ' ')}, {missing} not met."
    passing = answers.counts["ready"] + answers.counts["waived"]
    return f"{passing} of {many(answers.counts.total(), 'concept')} ready."
