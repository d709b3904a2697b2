"""The talks of a plan: which needs each meets, when it is held, what it is cited for, and who takes part."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple, TypeVar

from schemas.what_if import SupposedConversation
from service.domain.criteria.needs import Extras, Need
from service.domain.planning.talk_profiles import TalkProfile, stance_towards

WEEK = timedelta(days=7)
T = TypeVar("T", bound=Hashable)


class Talk(NamedTuple):
    """One conversation of the plan, and the needs that it is there for."""

    profile: TalkProfile
    needs: tuple[Need, ...]
    about: tuple[tuple[str, str], ...]
    extras: Extras
    held_at: datetime


def shared_out(
    needs: Sequence[Need], taken: Sequence[tuple[TalkProfile, frozenset[int]]]
) -> list[tuple[TalkProfile, tuple[Need, ...]]]:
    """Each need to as many talks as it asks for, so that none is asked for more than it is there for."""
    needs_by_talk: list[list[Need]] = [[] for _ in taken]
    for index, need in enumerate(needs):
        able = [talk for talk, (_, serving) in enumerate(taken) if index in serving]
        for talk in able[: need.times]:
            needs_by_talk[talk].append(need)
    return [(profile, tuple(some)) for (profile, _), some in zip(taken, needs_by_talk, strict=True) if some]


def dated(
    talks: Sequence[tuple[TalkProfile, tuple[Need, ...]]],
    decisions: Sequence[str],
    begins: datetime,
    team: frozenset[str],
) -> tuple[list[Talk], int]:
    """The talks with their instants, and how many weeks after the first the last week is."""
    weeks = _weeks([needs for _, needs in talks], begins)
    talks_dated = [
        Talk(profile, needs, _about(profile, needs, decisions), _extras(needs, team), begins + week * WEEK)
        for (profile, needs), week in zip(talks, weeks, strict=True)
    ]
    return talks_dated, max(weeks, default=0)


def _weeks(talks: Sequence[tuple[Need, ...]], begins: datetime) -> list[int]:
    """The week of each talk: those for the same need of weeks are in different ones, each a
    week from what counts already."""
    weeks: list[int] = []
    taken: dict[str, set[int]] = {}
    for needs in talks:
        asking = [need for need in needs if need.weeks]
        week = 0
        while asking and any(
            week in taken.get(need.criterion, ())
            or any(abs((begins + week * WEEK).toordinal() - day) < WEEK.days for day in need.weeks_had)
            for need in asking
        ):
            week += 1
        for need in asking:
            taken.setdefault(need.criterion, set()).add(week)
        weeks.append(week)
    return weeks


def _about(
    profile: TalkProfile, needs: Iterable[Need], decisions: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """The decisions and stances for which a talk is cited: needs of the whole gate share citations."""
    about: dict[tuple[str, str], None] = {}
    for need in sorted(needs, key=lambda each: each.decision is None):
        suits = [key for key, stance in about if stance in need.stances]
        if need.decision is None and suits:
            continue
        target = stance_towards(profile, need, decisions)
        if target is not None:
            about[target] = None
    return tuple(about)


def _extras(needs: Iterable[Need], team: frozenset[str]) -> Extras:
    """The union of all needs' extras in one conversation; somebody of the team, if any, always attends."""
    every = [need.extras for need in needs]
    people = _union(each.attendees for each in every)
    if team.isdisjoint(people):
        people = (*sorted(team)[:1], *people)
    return Extras(
        attendees=people,
        attendee_functions=_union(each.attendee_functions for each in every),
        leader_attending=any(each.leader_attending for each in every),
        participants=max(each.participants for each in every),
        quotes=max(each.quotes for each in every),
        commitments=_union(each.commitments for each in every),
        past_spend=any(each.past_spend for each in every),
        themes=_union(each.themes for each in every),
    )


def _union(some: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(some)))


def supposed(ref: str, talk: Talk) -> SupposedConversation:
    """The talk as a what-if supposes it, under this reference."""
    extras = talk.extras
    return SupposedConversation.model_validate(
        {
            **talk.profile.attributes,
            "ref": ref,
            "held_at": talk.held_at,
            "attendees": extras.attendees,
            "participants": extras.participants,
            "quotes": extras.quotes,
            "themes": extras.themes,
            "commitments": tuple(one[0] for one in extras.commitments),
            "past_spend": extras.past_spend,
        }
    )
