"""At least so many conversations that do not simply agree, or a signed note that none was found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from schemas.process import Disconfirmation, Where
from schemas.readiness import CriterionResult
from schemas.vocabulary import AGAINST
from service.domain.criteria.evidence import Meetings, View
from service.domain.criteria.intervals import FOREVER, Interval, evidence_at
from service.domain.criteria.kind import Count, Inputs, Kind, Traits
from service.domain.criteria.needs import Alternative, PlanContext, need_of
from service.domain.criteria.wording import Missing, held, plural
from service.domain.facts.model import Facts
from service.domain.record import edition

NOT_SIMPLY_AGREEING = Where(stance=AGAINST)
IN_FIRST = Where(stance=("contradicts", "mixed", "neutral"))
"""By the first edition: somebody without an opinion disconfirmed."""


def _where(by_edition: int) -> Where:
    return IN_FIRST if by_edition == edition.FIRST else NOT_SIMPLY_AGREEING


class SignedNote(Struct, frozen=True, array_like=True, gc=False):
    """A note from its signing up to, and not at, `end`: it ages as evidence does."""

    start: datetime
    end: datetime


class DisconfirmationInputs(Inputs, frozen=True):
    """The meetings that did not simply agree, and each note."""

    meetings: Meetings
    notes: tuple[SignedNote, ...]


def _weigh(_: Disconfirmation, view: View, facts: Facts) -> DisconfirmationInputs:
    window = view.scope.window
    notes = (
        SignedNote(each.at, FOREVER if window is None else each.at + window)
        for each in facts.notes
        if each.gate == view.gate
    )
    return DisconfirmationInputs(view.meetings(_where(facts.edition)), tuple(notes))


def _count(criterion: Disconfirmation, inputs: DisconfirmationInputs, as_of: datetime) -> Count:
    needed = criterion.disconfirmation
    # A note alone is enough: it brings values that no conversation has.
    enough = tuple(range(-needed, 0))
    notes = [Interval(each.start, each.end, enough) for each in inputs.notes]
    actual, met_until = inputs.meetings.count(needed, as_of, *notes)
    note_ends = [note.end for note in notes if note.counts_at(as_of)]
    return Count(
        required=needed,
        actual=actual,
        of="disconfirming conversations",
        evidence=evidence_at(inputs.meetings.intervals, as_of),
        met_until=met_until,
        changes_at=(max(note_ends),) if note_ends else (),
    )


def _say(count: Count, _: Mapping[str, Any]) -> str:
    # Nothing but a note that stands changes the entry on its own.
    note = " (a signed note says that none was found)" if count.changes_at else ""
    return f"{count.actual} of {plural(count.required, 'disconfirming conversations')}{note}."


def _remedy(deficit: Missing) -> str:
    return (
        f"Cite {plural(deficit.missing, 'conversations')} that do not simply agree{held(deficit)},"
        " or sign a note that you sought one and found none."
    )


def _plan(
    _: Disconfirmation, decision: str | None, entry: CriterionResult, context: PlanContext
) -> Sequence[Alternative]:
    need = need_of(NOT_SIMPLY_AGREEING, decision, entry, context)
    return [[need._replace(times=entry.required - entry.actual)]]


KIND = Kind(
    name="disconfirmation",
    model=Disconfirmation,
    inputs=DisconfirmationInputs,
    weigh=_weigh,
    count=_count,
    say=_say,
    remedy=_remedy,
    plan=_plan,
    traits=Traits(ages=True, where=_where),
)
