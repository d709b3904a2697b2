"""The sentences that the formats share: the headline, what is missing, what ends when, what comes next."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from service.check.answer import Answer, Answers, AnyAnswer, Group, Line
from service.check.words import ahead, day, many, minute, plain

VERDICTS = {
    "ready": "READY",
    "waived": "READY, with waivers",
    "blocked": "BLOCKED",
    "not_evaluable": "NOT EVALUABLE",
}
CODES = {
    "KIND_NOT_EVIDENCE": "no live talk",
    "NOT_FIRST_HAND": "nobody of the team attended",
    "JOINED_LATER": "who attended joined later",
    "NOT_INDEPENDENT": "a participant may be a colleague",
    "OLD_STATEMENT": "for an earlier statement",
    "SUMMARY_TOO_THIN": "summary too thin",
    "SOLUTION_SHOWN": "solution shown",
}


class Report(NamedTuple):
    """The answers to be written in some format. `answers` None: nothing could be answered; `why` says why.

    `now`: the instant from which time is counted; `within`: how soon an end is worth a warning."""

    answers: Answers | None
    why: str
    now: datetime
    within: timedelta | None = None
    colour: bool = False

    @property
    def shown(self) -> tuple[AnyAnswer, ...]:
        """The answers one by one; none where nothing could be answered."""
        return self.answers.shown if self.answers else ()


def headline(answer: AnyAnswer) -> str:
    """Returns the verdict in one line."""
    process = f" ({plain(answer.process.key)} version {answer.process.version})"
    name, gate = plain(answer.concept), plain(answer.gate)
    match answer.verdict:
        case "ready" | "waived" if answer.gate:
            return f"{name} may pass {gate}{process}"
        case "blocked" if answer.gate:
            return f"{name} may not pass {gate} yet{process}"
        case _:
            return f"{name}{f' at {gate}' if answer.gate else ''}: {reason(answer)}"


def reason(answer: AnyAnswer) -> str:
    """Returns why there is nothing to evaluate."""
    return plain(answer.why_not.message) if answer.why_not else "there is nothing to evaluate."


def until(answer: AnyAnswer, now: datetime) -> str | None:
    """Returns until when a verdict that is ready stays so by itself."""
    if not answer.ready or answer.passes_until is None:
        return None
    return f"until {minute(answer.passes_until)}, {ahead(answer.passes_until, now)}"


def ends_soon(answer: AnyAnswer, report: Report) -> str | None:
    """Returns the warning of --warn-within, where it is due."""
    if report.within is None or answer.passes_until is None or not answer.ready:
        return None
    if answer.passes_until - report.now > report.within:
        return None
    return f"{plain(answer.name)} is ready only {until(answer, report.now)}: talk with customers before that."


def ending(answer: Answer) -> str | None:
    """Returns which decisions' evidence ends the verdict by growing too old."""
    if not answer.ready or answer.passes_until is None:
        return None
    decisions = [
        group.key or "the gate"
        for group, line in answer.lines()
        if line.outcome == "met" and line.level == "must"
        if line.evidence_ends is not None and line.evidence_ends <= answer.passes_until
    ]
    return f"The first to grow too old is evidence for {_listed(decisions)}." if decisions else None


def missing(answer: Answer) -> list[tuple[Group, list[Line]]]:
    """Returns the criteria that block, by decision, unstated decisions included."""
    blocking = set(answer.blocking)
    groups = [(group, [line for line in group.lines if line.id in blocking]) for group in answer.groups]
    return [(group, lines) for group, lines in groups if lines]


def to_do(answer: Answer) -> list[tuple[Group, list[Line]]]:
    """Returns the criteria that block, without those that are met once another one is."""
    return [
        (group, [line for line in lines if not any(map(line.is_covered_by, lines))])
        for group, lines in missing(answer)
    ]


def warned(answer: Answer) -> list[str]:
    """Returns the criteria that should be met and are not, a sentence each."""
    warnings = set(answer.warnings)
    warned_lines = [(group, line) for group, line in answer.lines() if line.id in warnings]
    return [f"Should be, and is not: {_place(group)}{short_need(line)}" for group, line in warned_lines]


def waived(answer: Answer) -> list[str]:
    """Returns the criteria that a waiver lets pass, a sentence each."""
    return [
        f"Waived until {day(line.waived_until)}: {_place(group)}{short_need(line)}"
        for group, line in answer.lines()
        if line.waived_until
    ]


def _place(group: Group) -> str:
    return f"{plain(group.key)}, " if group.key else ""


def title(group: Group) -> str:
    """Returns the decision with its statement, or that it has none yet."""
    if group.key is None:
        return "The gate as a whole"
    if group.version is None:
        return f"{plain(group.key)} (not stated yet)"
    return f"{plain(group.key)}: {plain(group.statement)}" if group.statement else plain(group.key)


def need(line: Line) -> str:
    """Returns how a criterion stands and what would help."""
    return f"{plain(line.message)}{f' {plain(line.remedy)}' if line.remedy else ''}"


def short_need(line: Line) -> str:
    """Returns that in fewer words, as 1 of 3 customers: 2 more, held after 2026-08-27."""
    if line.deficit is None:
        return need(line)
    held_after = f", held after {plain(line.deficit.held_after)}" if line.deficit.held_after else ""
    return f"{plain(line.message).rstrip('.')}: {line.deficit.missing} more{held_after}"


def owing(answer: Answer) -> list[str]:
    """Returns who owes which evidence by when."""
    return [
        f"{plain(each.by)} owes the evidence for {', '.join(map(plain, each.criteria))}"
        f" {'since' if each.overdue else 'by'} {day(each.due_at)}{' (overdue)' if each.overdue else ''}"
        for each in answer.owed
    ]


def not_counted(answer: Answer) -> str | None:
    """Returns how many citations do not count, and for which reasons."""
    if not answer.not_counted:
        return None
    reasons = [
        f"{count} {CODES.get(code, plain(code).replace('_', ' ').lower())}"
        for code, count in Counter(each.code for each in answer.not_counted).most_common()
    ]
    return f"Cited, and does not count: {', '.join(reasons)}."


def uncited(answer: Answer) -> str | None:
    """Returns how many conversations nobody cited."""
    if not answer.uncited:
        return None
    return f"Heard, and not cited by anybody: {many(len(answer.uncited), 'conversation')}. Read these first."


def observed(answer: Answer) -> list[str]:
    """Returns what whoever decides should know: the heaviest three, and how many more."""
    first = [
        f"To know: {plain(each.code)}{f': {plain(each.message)}' if each.message else ''}"
        for each in answer.observations[:3]
    ]
    left = len(answer.observations) - len(first)
    return [*first, f"{left} more observations are in the verdict."] if left else first


def next_step(answer: Answer) -> str | None:
    """Returns who does what next, in a sentence or two."""
    if answer.verdict == "blocked" and (blocking := missing(answer)):
        who = _listed(group.owner for group, _ in blocking if group.owner)
        unstated = _listed(group.key for group, _ in blocking if group.key and group.version is None)
        talks = any(line.deficit for _, lines in blocking for line in lines)
        what = "have these talks, record them and cite what was said" if talks else "do what stands above"
        plan = f"GET /v1/concepts/{plain(answer.concept)}/readiness/plan"
        return (
            f"{f'{who}: ' if who else ''}{f'state {unstated}, ' if unstated else ''}{what}; then ask again."
            f" The shortest list of talks that would do: {plan}"
        )
    if answer.ready and answer.gate:
        return f"a gatekeeper decides: POST /v1/concepts/{plain(answer.concept)}/reviews"
    return None


def _listed(names: Iterable[str]) -> str:
    *others, last = dict.fromkeys(map(plain, names)) or [""]
    return f"{', '.join(others)} and {last}" if others else last


def summary(answer: AnyAnswer, now: datetime) -> str:
    """Returns one concept's line in a list."""
    if answer.ready:
        return until(answer, now) or "no end in sight"
    if answer.verdict == "not_evaluable":
        return reason(answer)
    shown = ", ".join(map(plain, answer.blocking[:3]))
    more = len(answer.blocking) - 3
    return f"{shown}{f' and {more} more' if more > 0 else ''}"


def counted(answers: Answers) -> str:
    """Returns how many concepts have each verdict."""
    parts = [
        f"{answers.counts[verdict]} {verdict.replace('_', ' ')}"
        for verdict in VERDICTS
        if answers.counts[verdict]
    ]
    return f"{many(answers.counts.total(), 'concept')}: {', '.join(parts)}"


def worst_first(answers: tuple[AnyAnswer, ...]) -> list[AnyAnswer]:
    """Returns what is not ready before what is, each in the order of the service: what ends first, first."""
    return sorted(answers, key=lambda answer: answer.ready)
