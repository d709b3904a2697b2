"""The conversations that an unmet criterion needs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, get_args

from schemas.process import Where
from schemas.readiness import CriterionResult
from schemas.vocabulary import Conductor, Relationship, Stance
from service.domain.criteria.evidence import View
from service.domain.criteria.filters import segments_of
from service.domain.facts.model import Conversation
from service.domain.record.conversation import Attendee

ATTRIBUTES = ("kind", "segment", "relationship", "conducted_by")
RELATIONSHIPS: tuple[Relationship, ...] = get_args(Relationship)
CONDUCTORS: tuple[Conductor, ...] = get_args(Conductor)
MOST_ALTERNATIVES = 200


class Impossible(Exception):
    """No conversation still to be had can meet it; says why."""


class Extras(NamedTuple):
    """The properties that one conversation can have beside its attributes, all of them at once."""

    attendees: tuple[str, ...] = ()
    attendee_functions: tuple[tuple[str, ...], ...] = ()
    leader_attending: bool = False
    participants: int = 1
    quotes: int = 0
    commitments: tuple[tuple[str, ...], ...] = ()
    past_spend: bool = False
    themes: tuple[str, ...] = ()


class Need(NamedTuple):
    """A number of conversations of one sort. `decision`: None for the gate as a whole.

    `allowed`: values by attribute, if not any will do. `weeks`: each in a week of its own, and
    seven days from each of `weeks_had`.
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


class PlanContext(NamedTuple):
    """The context in which a criterion's needs are worked out. `known_segments`: those that matter here."""

    view: View
    at: datetime
    people: Mapping[str, Attendee]
    counted_kinds: Sequence[str]
    known_segments: Sequence[str]

    def counted(self, where: Where) -> list[Conversation]:
        """The conversations that pass these filters and count now, once for each citation."""
        items = self.view.through(where)
        return [item.conversation for item in items if item.start <= self.at < item.end]


def not_plannable(*_: object) -> Sequence[Alternative]:
    """The plan of kinds that conversations do not meet: raises Impossible."""
    raise Impossible("It asks for something other than conversations.")


def need_of(where: Where, decision: str | None, entry: CriterionResult, context: PlanContext) -> Need:
    """Returns the need for one conversation that passes the filters."""
    allowed = _allowed(where, context)
    if not all(allowed.values()):
        raise Impossible("No conversation passes its filters.")
    if where.since == "launch" and context.view.scope.since["launch"] is None:
        raise Impossible("There was no launch yet.")
    stances: tuple[Stance, ...] = where.stance or ("supports",)
    held_after = entry.deficit.held_after if entry.deficit else None
    return Need(entry.id, decision, 1, allowed, stances, _extras(where, context), held_after)


def _allowed(where: Where, context: PlanContext) -> dict[str, frozenset[str]]:
    allowed: dict[str, frozenset[str]] = {}
    if where.kinds is not None:
        allowed["kind"] = frozenset(where.kinds) & frozenset(context.counted_kinds)
    if where.segment is not None:
        allowed["segment"] = frozenset(segments_of(where.segment, context.view.scope))
    if where.relationship is not None or where.relationship_not is not None:
        wanted = frozenset(where.relationship or RELATIONSHIPS)
        allowed["relationship"] = wanted - frozenset(where.relationship_not or ())
    if where.conducted_by is not None:
        allowed["conducted_by"] = frozenset(where.conducted_by)
    return allowed


def _extras(where: Where, context: PlanContext) -> Extras:
    people: list[str] = []
    if where.attendee_function is not None:
        functions = where.attendee_function
        people.append(_somebody(context, lambda each: each.function in functions, " or ".join(functions)))
    if where.leader_attending:
        people.append(_somebody(context, lambda each: each.leader, "leader"))
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
        attendees=tuple(people),
        attendee_functions=(tuple(where.attendee_function),) if where.attendee_function else (),
        leader_attending=bool(where.leader_attending),
        quotes=1 if first == "quote" else 0,
        commitments=commitments,
        past_spend=first == "past_spend",
        themes=where.theme[:1] if where.theme else (),
    )


def _somebody(context: PlanContext, fits: Callable[[Attendee], bool], what: str) -> str:
    """A colleague who fits, of the team if there is one."""
    keys = sorted(key for key, each in context.people.items() if fits(each))
    team = [key for key in keys if key in context.view.scope.team]
    if not keys:
        raise Impossible(f"Nobody under /v1/people is {what}.")
    return (team or keys)[0]
