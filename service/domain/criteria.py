"""Step three, criteria: counts and comparisons over the citations that count."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas.process import Approvals, AtLeast, Contradictions, Criterion, Disconfirmation, Pattern, Where
from schemas.readiness import ApprovalSeen, Evidence, Shared
from service.domain.approvals import counted, last_words
from service.domain.eligibility import Standing
from service.domain.evidence import Item, Seen, View, item_of
from service.domain.facts import Facts, Note
from service.domain.filters import Scope
from service.domain.tally import FOREVER, Spell, enough_until, tally

NOT_SIMPLY_AGREEING = Where(stance=("contradicts", "mixed", "neutral"))


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
    where: Where = Where()
    changes_at: tuple[datetime, ...] = ()
    unanswered: Sequence[str] = ()
    shared: Shared | None = None
    noted: bool = False
    approvals: Sequence[ApprovalSeen] = ()


def count(criterion: Criterion, view: View, facts: Facts, as_of: datetime) -> Count:
    """One criterion over the citations that it looks at, at one instant."""
    return COUNTS[type(criterion)](criterion, view, facts, as_of)


def _at_least(criterion: AtLeast, view: View, _: Facts, as_of: datetime) -> Count:
    seen = view.through(criterion.where)
    actual, met_until = tally(seen.spells(criterion.of), criterion.at_least, as_of)
    return Count(
        kind="at_least",
        required=criterion.at_least,
        actual=actual,
        of=criterion.of,
        evidence=seen.shown(as_of),
        met_until=met_until,
        where=criterion.where,
    )


def _pattern(criterion: Pattern, view: View, _: Facts, as_of: datetime) -> Count:
    """The theme and segment that most customers share; of equals the one that lasts."""
    scope = view.scope
    heard: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in view.through(criterion.where).items:
        for theme in set(item.conversation.themes):
            heard[item.conversation.segment, theme].append(item)
    voices = {voice: Seen(items, scope) for voice, items in heard.items()}

    def strength(voice: tuple[str, str]) -> tuple[int, datetime]:
        return tally(voices[voice].spells("customers"), criterion.pattern, as_of)

    best = max(sorted(voices), key=strength, default=None)
    return Count(
        kind="pattern",
        required=criterion.pattern,
        actual=strength(best)[0] if best else 0,
        of="customers",
        evidence=voices[best].shown(as_of) if best else [],
        met_until=_any_until(
            [seen.spells("customers") for seen in voices.values()], criterion.pattern, as_of
        ),
        where=criterion.where,
        shared=_shared(best, scope) if best else None,
    )


def _shared(voice: tuple[str, str], scope: Scope) -> Shared:
    segment, theme = voice
    return Shared(segment=segment, theme=theme, label=scope.themes.get(theme))


def _any_until(voices: Sequence[Sequence[Spell]], needed: int, as_of: datetime) -> datetime:
    """Until when some voice is enough: where one ends another may go on."""
    instant = as_of
    while True:
        following = max((enough_until(spells, needed, instant) for spells in voices), default=instant)
        if following in (instant, FOREVER):
            return following
        instant = following


def _contradictions(_: Contradictions, view: View, facts: Facts, as_of: datetime) -> Count:
    """They neither age away nor disappear by withdrawal: each is answered for today's statement."""
    against = [
        standing
        for standing in view.own
        if standing.citation.stance in ("contradicts", "mixed") and not standing.conversation.erased
    ]
    answered = [
        item_of(standing, as_of, FOREVER).evidence for standing in against if _is_answered(standing, facts)
    ]
    unanswered = [standing.citation.id for standing in against if not _is_answered(standing, facts)]
    return Count(
        kind="contradictions",
        required=len(against),
        actual=len(answered),
        of="answers",
        evidence=answered,
        met_until=as_of if unanswered else FOREVER,
        unanswered=unanswered,
    )


def _is_answered(standing: Standing, facts: Facts) -> bool:
    citation = standing.citation
    return (citation.id, facts.decisions[citation.decision].version) in facts.answered


def _disconfirmation(criterion: Disconfirmation, view: View, facts: Facts, as_of: datetime) -> Count:
    """Conversations that do not simply agree; a note alone is enough, and ages as evidence does."""
    seen, scope = view.through(NOT_SIMPLY_AGREEING), view.scope
    notes = [
        _note_spell(note, criterion.disconfirmation, scope) for note in facts.notes if note.gate == view.gate
    ]
    standing_notes = [note for note in notes if note.counts_at(as_of)]
    spells = [*seen.spells("conversations"), *notes]
    actual, met_until = tally(spells, criterion.disconfirmation, as_of)
    return Count(
        kind="disconfirmation",
        required=criterion.disconfirmation,
        actual=actual,
        of="disconfirming conversations",
        evidence=seen.shown(as_of),
        met_until=met_until,
        where=NOT_SIMPLY_AGREEING,
        changes_at=(max(note.end for note in standing_notes),) if standing_notes else (),
        noted=bool(standing_notes),
    )


def _note_spell(note: Note, enough: int, scope: Scope) -> Spell:
    end = FOREVER if scope.window is None else note.at + scope.window
    return Spell(note.at, end, tuple(("note", n) for n in range(enough)))


def _approvals(criterion: Approvals, view: View, facts: Facts, as_of: datetime) -> Count:
    """What was consented to does not age: only what changes outdates it."""
    words = last_words(facts, view.gate)
    actual = counted(criterion, words, facts)
    return Count(
        kind="approvals",
        required=criterion.approvals,
        actual=actual,
        of="approvals",
        evidence=[],
        met_until=FOREVER if actual >= criterion.approvals else as_of,
        approvals=words,
    )


COUNTS: dict[type, Callable[[Any, View, Facts, datetime], Count]] = {
    AtLeast: _at_least,
    Pattern: _pattern,
    Contradictions: _contradictions,
    Disconfirmation: _disconfirmation,
    Approvals: _approvals,
}
