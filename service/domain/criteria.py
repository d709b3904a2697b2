"""Step three, criteria: counts and comparisons over the citations that count."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from schemas.process import AtLeast, Contradictions, Criterion, Disconfirmation, Pattern, Where
from schemas.readiness import Shared
from schemas.vocabulary import Unit
from service.domain.eligibility import Standing
from service.domain.facts import Facts, Note
from service.domain.filters import UNITS, Scope, matches, window_of
from service.domain.tally import FOREVER, Spell, distinct, enough_until

NOT_SIMPLY_AGREEING = Where(stance=("contradicts", "mixed", "neutral"))


@dataclass(slots=True)
class Item(Spell):
    """What one citation adds to a count."""

    standing: Standing


class Count(NamedTuple):
    """What a criterion found: how many of what, on which evidence, and until when that is enough.

    `met_until` is the first instant at which it is not met by time alone: `as_of` when it is not
    met now. `changes_at`: what else time changes. `shared` is
    for a pattern, `noted` for a disconfirmation by a signed note.
    """

    required: int
    actual: int
    of: str
    items: Sequence[Item]
    met_until: datetime
    where: Where = Where()
    changes_at: tuple[datetime, ...] = ()
    unanswered: tuple[str, ...] = ()
    shared: Shared | None = None
    noted: bool = False


def count(criterion: Criterion, own: Sequence[Standing], facts: Facts, scope: Scope, gate: str) -> Count:
    """One criterion over the citations that it looks at."""
    return COUNTS[type(criterion)](criterion, own, facts, scope, gate)


def _items(where: Where, own: Iterable[Standing], scope: Scope, unit: Unit = "conversations") -> list[Item]:
    window = window_of(where, scope)
    values = UNITS[unit]
    return [
        Item(
            standing.conversation.held_at,
            FOREVER if window is None else standing.conversation.held_at + window,
            values(standing.conversation, scope),
            standing,
        )
        for standing in own
        if not standing.codes and matches(standing, where, scope)
    ]


def _at_least(criterion: AtLeast, own: Sequence[Standing], _: Facts, scope: Scope, _gate: str) -> Count:
    items = _items(criterion.where, own, scope, criterion.of)
    return Count(
        required=criterion.at_least,
        actual=distinct(items, scope.as_of),
        of=criterion.of,
        items=items,
        met_until=enough_until(items, criterion.at_least, scope.as_of),
        where=criterion.where,
    )


def _pattern(criterion: Pattern, own: Sequence[Standing], _: Facts, scope: Scope, _gate: str) -> Count:
    """The theme and segment that most customers share; of equals the one that lasts."""
    voices: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in _items(criterion.where, own, scope, "customers"):
        for theme in set(item.standing.conversation.themes):
            voices[item.standing.conversation.segment, theme].append(item)

    def strength(voice: tuple[str, str]) -> tuple[int, datetime]:
        items = voices[voice]
        return distinct(items, scope.as_of), enough_until(items, criterion.pattern, scope.as_of)

    best = max(sorted(voices), key=strength, default=None)
    items = voices[best] if best else []
    return Count(
        required=criterion.pattern,
        actual=distinct(items, scope.as_of),
        of="customers",
        items=items,
        met_until=_any_until(list(voices.values()), criterion.pattern, scope.as_of),
        where=criterion.where,
        shared=_shared(best, scope) if best else None,
    )


def _shared(voice: tuple[str, str], scope: Scope) -> Shared:
    segment, theme = voice
    return Shared(segment=segment, theme=theme, label=scope.themes.get(theme))


def _any_until(voices: Sequence[Sequence[Item]], needed: int, as_of: datetime) -> datetime:
    """Until when some voice is enough: where one ends another may go on."""
    instant = as_of
    while True:
        following = max((enough_until(items, needed, instant) for items in voices), default=instant)
        if following in (instant, FOREVER):
            return following
        instant = following


def _contradictions(
    _: Contradictions, own: Sequence[Standing], facts: Facts, scope: Scope, _gate: str
) -> Count:
    """They neither age away nor disappear by withdrawal: each is answered for today's statement."""
    against = [
        Item(scope.as_of, FOREVER, (standing.citation.id,), standing)
        for standing in own
        if standing.citation.stance in ("contradicts", "mixed") and not standing.conversation.erased
    ]
    answered = [item for item in against if _is_answered(item.standing, facts)]
    unanswered = [item.standing.citation.id for item in against if item not in answered]
    return Count(
        required=len(against),
        actual=len(answered),
        of="answers",
        items=answered,
        met_until=scope.as_of if unanswered else FOREVER,
        unanswered=tuple(unanswered),
    )


def _is_answered(standing: Standing, facts: Facts) -> bool:
    citation = standing.citation
    return (citation.id, facts.decisions[citation.decision].version) in facts.answered


def _disconfirmation(
    criterion: Disconfirmation, own: Sequence[Standing], facts: Facts, scope: Scope, gate: str
) -> Count:
    """Conversations that do not simply agree; a note alone is enough, and ages as evidence does."""
    items = _items(NOT_SIMPLY_AGREEING, own, scope)
    notes = [_note_spell(note, criterion.disconfirmation, scope) for note in facts.notes if note.gate == gate]
    standing_notes = [note for note in notes if note.counts_at(scope.as_of)]
    return Count(
        required=criterion.disconfirmation,
        actual=distinct([*items, *notes], scope.as_of),
        of="disconfirming conversations",
        items=items,
        met_until=enough_until([*items, *notes], criterion.disconfirmation, scope.as_of),
        where=NOT_SIMPLY_AGREEING,
        changes_at=(max(note.end for note in standing_notes),) if standing_notes else (),
        noted=bool(standing_notes),
    )


def _note_spell(note: Note, enough: int, scope: Scope) -> Spell:
    end = FOREVER if scope.window is None else note.at + scope.window
    return Spell(note.at, end, tuple(("note", n) for n in range(enough)))


COUNTS: dict[type, Callable[[Any, Sequence[Standing], Facts, Scope, str], Count]] = {
    AtLeast: _at_least,
    Pattern: _pattern,
    Contradictions: _contradictions,
    Disconfirmation: _disconfirmation,
}
