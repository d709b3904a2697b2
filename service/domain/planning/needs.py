"""From a criterion that is not met to what conversations would have to be to meet it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations, islice
from typing import Any, NamedTuple, get_args

from schemas.process import AtLeast, Criterion, Disconfirmation, Pattern, Where
from schemas.readiness import CriterionResult
from schemas.vocabulary import Conductor, Relationship, Stance
from service.domain.criteria.evidence import View
from service.domain.criteria.filters import UNITS, segments_of
from service.domain.criteria.weighing import NOT_SIMPLY_AGREEING
from service.domain.facts.model import Attendee

ATTRIBUTES = ("kind", "segment", "relationship", "conducted_by")
RELATIONSHIPS: tuple[Relationship, ...] = get_args(Relationship)
CONDUCTORS: tuple[Conductor, ...] = get_args(Conductor)
MOST_IN_ONE = {"participants": 100, "quotes": 200}
SHARED_THEME = "a shared theme"
MOST_ALTERNATIVES = 200


class Impossible(Exception):
    """No conversation still to be had can meet it; says why."""


class Extras(NamedTuple):
    """What any one conversation can have beside its attributes, all of it at once."""

    people: tuple[str, ...] = ()
    functions: tuple[tuple[str, ...], ...] = ()
    leader: bool = False
    participants: int = 1
    quotes: int = 0
    commitments: tuple[tuple[str, ...], ...] = ()
    past_spend: bool = False
    themes: tuple[str, ...] = ()


class Need(NamedTuple):
    """So many conversations of this sort. `decision`: None for the gate as a whole.

    `allowed`: values by attribute, where not any will do. `weeks`: each in a week of its own that
    is none of `weeks_had`.
    """

    criterion: str
    decision: str | None
    times: int
    allowed: Mapping[str, frozenset[str]]
    stances: tuple[Stance, ...]
    extras: Extras
    held_after: date | None
    weeks: bool = False
    weeks_had: frozenset[Any] = frozenset()


Alternative = Sequence[Need]


class Room(NamedTuple):
    """What a criterion's needs are worked out with. `known_segments`: those that mean something here."""

    view: View
    at: datetime
    people: Mapping[str, Attendee]
    counted_kinds: Sequence[str]
    known_segments: Sequence[str]


def alternatives(
    criterion: Criterion, decision: str | None, entry: CriterionResult, room: Room
) -> list[Alternative]:
    """Ways to meet it, any one of which is enough; Impossible when there is none."""
    sort = SORTS.get(type(criterion))
    if sort is None:
        raise Impossible("It asks for something other than conversations.")
    return sort(criterion, decision, entry, room)


def _at_least(
    criterion: AtLeast, decision: str | None, entry: CriterionResult, room: Room
) -> list[Alternative]:
    where, missing = criterion.where, entry.required - entry.actual
    need = _need(where, decision, entry, room)
    counted = _counted(criterion, room)
    match criterion.of:
        case "conversations" | "customers":
            return [[need._replace(times=missing)]]
        case "weeks":
            return [[need._replace(times=missing, weeks=True, weeks_had=counted)]]
        case "segments":
            return _segments(need, missing, counted, room)
        case "interviewers":
            return [[need._replace(extras=_interviewers(need, missing, counted, room))]]
        case "participants" | "quotes":
            most = MOST_IN_ONE[criterion.of]
            number = min(missing, most)
            extras = (
                need.extras._replace(quotes=number)
                if criterion.of == "quotes"
                else need.extras._replace(participants=number)
            )
            return [[need._replace(times=-(-missing // most), extras=extras)]]
    raise Impossible("It counts what no plan is made for.")


def _segments(need: Need, missing: int, counted: frozenset[Any], room: Room) -> list[Alternative]:
    named = sorted(need.allowed["segment"]) if "segment" in need.allowed else list(room.known_segments)
    fresh = [] if "segment" in need.allowed else [f"another segment {n + 1}" for n in range(missing)]
    candidates = [each for each in (*named, *fresh) if each not in counted]
    if len(candidates) < missing:
        raise Impossible("There are not that many segments left among those that it looks at.")
    chosen = islice(combinations(candidates, missing), MOST_ALTERNATIVES)
    return [
        [need._replace(allowed={**need.allowed, "segment": frozenset([each])}) for each in some]
        for some in chosen
    ]


def _interviewers(need: Need, missing: int, counted: frozenset[Any], room: Room) -> Extras:
    others = sorted(room.view.scope.team - counted)
    if len(others) < missing:
        raise Impossible("The team has not that many others who could attend.")
    return need.extras._replace(people=tuple(dict.fromkeys((*need.extras.people, *others[:missing]))))


def _pattern(
    criterion: Pattern, decision: str | None, entry: CriterionResult, room: Room
) -> list[Alternative]:
    """In each segment, the theme that most of its customers voiced already, or a new one."""
    need = _need(criterion.where, decision, entry, room)
    scope, found = room.view.scope, list[Alternative]()
    for segment in sorted(need.allowed.get("segment", room.known_segments)):
        heard: dict[str, int] = {}
        for theme, label in sorted(scope.themes.items()):
            heard[label] = _voices(criterion.where, segment, theme, room)
        label = max(heard, key=lambda each: heard[each], default=SHARED_THEME)
        most = heard.get(label, 0)
        voiced = label if most else next(iter(criterion.where.theme or (SHARED_THEME,)))
        extras = need.extras._replace(themes=tuple(dict.fromkeys((*need.extras.themes, voiced))))
        allowed = {**need.allowed, "segment": frozenset([segment])}
        found.append([need._replace(times=entry.required - most, allowed=allowed, extras=extras)])
    return found


def _voices(where: Where, segment: str, theme: str, room: Room) -> int:
    items = [
        item
        for item in room.view.through(where)
        if item.conversation.segment == segment and theme in item.conversation.themes
    ]
    return len({item.conversation.customer for item in items if item.start <= room.at < item.end})


def _disconfirmation(
    _: Disconfirmation, decision: str | None, entry: CriterionResult, room: Room
) -> list[Alternative]:
    need = _need(NOT_SIMPLY_AGREEING, decision, entry, room)
    return [[need._replace(times=entry.required - entry.actual)]]


SORTS: Mapping[type, Callable[[Any, str | None, CriterionResult, Room], list[Alternative]]] = {
    AtLeast: _at_least,
    Pattern: _pattern,
    Disconfirmation: _disconfirmation,
}


def _need(where: Where, decision: str | None, entry: CriterionResult, room: Room) -> Need:
    """One conversation that passes the filters."""
    allowed = _allowed(where, room)
    if not all(allowed.values()):
        raise Impossible("No conversation passes its filters.")
    if where.since == "launch" and room.view.scope.since["launch"] is None:
        raise Impossible("There was no launch yet.")
    stances: tuple[Stance, ...] = where.stance or ("supports",)
    held_after = entry.deficit.held_after if entry.deficit else None
    return Need(entry.id, decision, 1, allowed, stances, _extras(where, room), held_after)


def _allowed(where: Where, room: Room) -> dict[str, frozenset[str]]:
    allowed: dict[str, frozenset[str]] = {}
    if where.kinds is not None:
        allowed["kind"] = frozenset(where.kinds) & frozenset(room.counted_kinds)
    if where.segment is not None:
        allowed["segment"] = frozenset(segments_of(where, room.view.scope))
    if where.relationship is not None or where.relationship_not is not None:
        wanted = frozenset(where.relationship or RELATIONSHIPS)
        allowed["relationship"] = wanted - frozenset(where.relationship_not or ())
    if where.conducted_by is not None:
        allowed["conducted_by"] = frozenset(where.conducted_by)
    return allowed


def _extras(where: Where, room: Room) -> Extras:
    people: list[str] = []
    if where.attendee_function is not None:
        functions = where.attendee_function
        people.append(_somebody(room, lambda each: each.function in functions, " or ".join(functions)))
    if where.leader_attending:
        people.append(_somebody(room, lambda each: each.leader, "leader"))
    has = [what for what in where.has or () if what != "transcript"]
    if where.has and not has:
        raise Impossible("Transcripts cannot be attached yet.")
    first = has[0] if has else None
    commitments: tuple[tuple[str, ...], ...] = ()
    if where.commitment is not None:
        commitments = (tuple(where.commitment),)
    elif first == "commitment":
        commitments = (("money", "time", "reputation"),)
    return Extras(
        people=tuple(people),
        functions=(tuple(where.attendee_function),) if where.attendee_function else (),
        leader=bool(where.leader_attending),
        quotes=1 if first == "quote" else 0,
        commitments=commitments,
        past_spend=first == "past_spend",
        themes=where.theme[:1] if where.theme else (),
    )


def _somebody(room: Room, fits: Callable[[Attendee], bool], what: str) -> str:
    """A colleague who fits, of the team if there is one."""
    found = sorted(key for key, each in room.people.items() if fits(each))
    mine = [key for key in found if key in room.view.scope.team]
    if not found:
        raise Impossible(f"Nobody under /v1/people is {what}.")
    return (mine or found)[0]


def _counted(criterion: AtLeast, room: Room) -> frozenset[Any]:
    """The values that count already."""
    values = UNITS[criterion.of]
    return frozenset(
        value
        for item in room.view.through(criterion.where)
        if item.start <= room.at < item.end
        for value in values(item.conversation, room.view.scope)
    )
