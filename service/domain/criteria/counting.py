"""Step four, criteria: counts and comparisons at an instant."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas.process import Approvals, AtLeast, Contradictions, Disconfirmation, Pattern
from schemas.readiness import ApprovalSeen, Evidence, Shared
from service.domain.criteria.intervals import FOREVER, Spell, enough_until, shown, tally
from service.domain.criteria.weighing import Weighed


class Count(NamedTuple):
    """What a criterion found: how many of what, on which evidence, and until when that is enough.

    `met_until` is the first instant at which it is not met by time alone: `as_of` when it is not
    met now. `changes_at`: what else time changes. `shared` is for a pattern, `noted` for a
    disconfirmation by a signed note.
    """

    kind: str
    required: int
    actual: int
    of: str
    evidence: list[Evidence]
    met_until: datetime
    changes_at: tuple[datetime, ...] = ()
    shared: Shared | None = None
    noted: bool = False
    unanswered: Sequence[str] = ()
    approvals: Sequence[ApprovalSeen] = ()


def count(weighed: Weighed, as_of: datetime) -> Count:
    """One criterion at one instant."""
    return COUNTS[type(weighed.criterion)](weighed.criterion, weighed, as_of)


def _at_least(criterion: AtLeast, weighed: Weighed, as_of: datetime) -> Count:
    actual, met_until = tally(weighed.spells, criterion.at_least, as_of)
    return Count(
        "at_least", criterion.at_least, actual, criterion.of, shown(weighed.spells, as_of), met_until
    )


def _pattern(criterion: Pattern, weighed: Weighed, as_of: datetime) -> Count:
    """The theme and segment that most customers share; of equals the one that lasts."""
    voices = [(tally(each.spells, criterion.pattern, as_of), each) for each in weighed.voices]
    strength, best = max(voices, key=lambda each: each[0], default=(None, None))
    return Count(
        kind="pattern",
        required=criterion.pattern,
        actual=strength[0] if strength else 0,
        of="customers",
        evidence=shown(best.spells, as_of) if best else [],
        met_until=_any_until([each.spells for each in weighed.voices], criterion.pattern, as_of),
        shared=Shared(segment=best.segment, theme=best.theme, label=best.label) if best else None,
    )


def _any_until(voices: Sequence[Sequence[Spell]], needed: int, as_of: datetime) -> datetime:
    """Until when some voice is enough: where one ends another may go on."""
    instant = as_of
    while True:
        following = max((enough_until(spells, needed, instant) for spells in voices), default=instant)
        if following in (instant, FOREVER):
            return following
        instant = following


def _contradictions(_: Contradictions, weighed: Weighed, as_of: datetime) -> Count:
    answered, unanswered = shown(weighed.spells, as_of), weighed.unanswered
    return Count(
        kind="contradictions",
        required=len(answered) + len(unanswered),
        actual=len(answered),
        of="answers",
        evidence=answered,
        met_until=as_of if unanswered else FOREVER,
        unanswered=unanswered,
    )


def _disconfirmation(criterion: Disconfirmation, weighed: Weighed, as_of: datetime) -> Count:
    standing_notes = [note for note in weighed.notes if note.counts_at(as_of)]
    actual, met_until = tally([*weighed.spells, *weighed.notes], criterion.disconfirmation, as_of)
    return Count(
        kind="disconfirmation",
        required=criterion.disconfirmation,
        actual=actual,
        of="disconfirming conversations",
        evidence=shown(weighed.spells, as_of),
        met_until=met_until,
        changes_at=(max(note.end for note in standing_notes),) if standing_notes else (),
        noted=bool(standing_notes),
    )


def _approvals(criterion: Approvals, weighed: Weighed, as_of: datetime) -> Count:
    return Count(
        kind="approvals",
        required=criterion.approvals,
        actual=weighed.agreed,
        of="approvals",
        evidence=[],
        met_until=FOREVER if weighed.agreed >= criterion.approvals else as_of,
        approvals=weighed.words,
    )


COUNTS: dict[type, Callable[[Any, Weighed, datetime], Count]] = {
    AtLeast: _at_least,
    Pattern: _pattern,
    Contradictions: _contradictions,
    Disconfirmation: _disconfirmation,
    Approvals: _approvals,
}
