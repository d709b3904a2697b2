"""Step three, weighing: all that a criterion has before it, whatever the instant."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from schemas.process import Approvals, AtLeast, Contradictions, Criterion, Disconfirmation, Pattern, Where
from schemas.readiness import ApprovalSeen
from schemas.vocabulary import Level
from service.domain.criteria.admissible import Standing
from service.domain.criteria.evidence import Item, View, item_of, spells_of
from service.domain.criteria.filters import Scope, segments_of, window_of
from service.domain.criteria.intervals import ALWAYS, FOREVER, Spell
from service.domain.facts.approvals import counted, last_words
from service.domain.facts.model import Facts, Note

NOT_SIMPLY_AGREEING = Where(stance=("contradicts", "mixed", "neutral"))
UNSAID = Where()


class Terms(NamedTuple):
    """A criterion's filters as they were said, for how long it counts a conversation (None: for good), and
    the day after which one has to be held (None: any)."""

    where: Mapping[str, Any]
    window: timedelta | None
    since: date | None


class Voice(NamedTuple):
    """A theme that customers of a segment voiced, and when each of them counts. `label`: the word for it."""

    segment: str
    theme: str
    label: str | None
    spells: Sequence[Spell]


class Weighed(NamedTuple):
    """A criterion with what it looks at. `voices` are for a pattern; `notes` for a disconfirmation;
    `unanswered` for contradictions, whose spells are those answered; `words`, and how many `agreed`, for
    approvals."""

    criterion: Criterion
    level: Level
    terms: Terms
    spells: Sequence[Spell] = ()
    voices: Sequence[Voice] = ()
    notes: Sequence[Spell] = ()
    unanswered: Sequence[str] = ()
    words: Sequence[ApprovalSeen] = ()
    agreed: int = 0


def weigh(criterion: Criterion, level: Level, view: View, facts: Facts) -> Weighed:
    """The criterion over the citations that it looks at."""
    found: Mapping[str, Any] = FINDS[type(criterion)](criterion, view, facts)
    terms = _terms(where_of(criterion), view.scope)
    return Weighed(criterion, level_of(criterion, level), terms, **found)


def level_of(criterion: Criterion, level: Level) -> Level:
    """Under a decision at level should it only warns."""
    return "should" if level == "should" else criterion.level


def where_of(criterion: Criterion) -> Where:
    """Its filters."""
    if isinstance(criterion, Disconfirmation):
        return NOT_SIMPLY_AGREEING
    return getattr(criterion, "where", UNSAID)


def _terms(where: Where, scope: Scope) -> Terms:
    since = scope.since[where.since] if where.since else None
    return Terms(_said(where, scope), window_of(where, scope), since.date() if since else None)


def _said(where: Where, scope: Scope) -> dict[str, Any]:
    """The filters that were said, with `primary` as the segment's name."""
    if not where.model_fields_set:
        return {}
    said: dict[str, Any] = {}
    for name in where.model_fields_set:
        value = getattr(where, name)
        if value is not None:
            said[name] = _plain(segments_of(where, scope) if name == "segment" else value)
    return dict(sorted(said.items()))


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return value[0] if len(value) == 1 else list(value)


def _at_least(criterion: AtLeast, view: View, _: Facts) -> dict[str, Any]:
    return {"spells": view.spells(criterion.where, criterion.of)}


def _pattern(criterion: Pattern, view: View, _: Facts) -> dict[str, Any]:
    """Each theme in each segment, in the order of their names."""
    heard: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in view.through(criterion.where):
        for theme in set(item.conversation.themes):
            heard[item.conversation.segment, theme].append(item)
    labels = view.scope.themes
    voices = [
        Voice(segment, theme, labels.get(theme), spells_of(items, "customers", view.scope))
        for (segment, theme), items in sorted(heard.items())
    ]
    return {"voices": voices}


def _contradictions(_: Contradictions, view: View, facts: Facts) -> dict[str, Any]:
    """They neither age away nor disappear by withdrawal: each is answered for today's statement."""
    against = [
        standing
        for standing in view.own
        if standing.citation.stance in ("contradicts", "mixed") and not standing.conversation.erased
    ]
    return {
        "spells": [_for_good(standing) for standing in against if _is_answered(standing, facts)],
        "unanswered": [each.citation.id for each in against if not _is_answered(each, facts)],
    }


def _for_good(standing: Standing) -> Spell:
    item = item_of(standing, ALWAYS, FOREVER)
    return Spell(item.start, item.end, (), item.evidence)


def _is_answered(standing: Standing, facts: Facts) -> bool:
    citation = standing.citation
    return (citation.id, facts.decisions[citation.decision].version) in facts.answered


def _disconfirmation(criterion: Disconfirmation, view: View, facts: Facts) -> dict[str, Any]:
    """Conversations that do not simply agree; a note alone is enough, and ages as evidence does."""
    notes = [each for each in facts.notes if each.gate == view.gate]
    return {
        "spells": view.spells(NOT_SIMPLY_AGREEING, "conversations"),
        "notes": [_note_spell(note, criterion.disconfirmation, view.scope) for note in notes],
    }


def _note_spell(note: Note, enough: int, scope: Scope) -> Spell:
    end = FOREVER if scope.window is None else note.at + scope.window
    return Spell(note.at, end, tuple(("note", n) for n in range(enough)))


def _approvals(criterion: Approvals, view: View, facts: Facts) -> dict[str, Any]:
    """What was consented to does not age: only what changes outdates it."""
    words = last_words(facts, view.gate)
    return {"words": words, "agreed": counted(criterion, words, facts)}


FINDS: dict[type, Callable[[Any, View, Facts], dict[str, Any]]] = {
    AtLeast: _at_least,
    Pattern: _pattern,
    Contradictions: _contradictions,
    Disconfirmation: _disconfirmation,
    Approvals: _approvals,
}
