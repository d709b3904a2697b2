"""The team of a concept at each instant: first hand is judged by the team on the day of the talk."""

from collections.abc import Sequence
from datetime import datetime

from service.domain.facts.model import Conversation, Facts, TeamSince
from service.domain.record import edition

Teams = Sequence[TeamSince]


def teams_of(facts: Facts) -> Teams:
    """The concept's teams, in their order. The first edition knew only the last of them."""
    if facts.edition == edition.FIRST:
        return [TeamSince(facts.created_at, facts.team)]
    return facts.teams


def team_at(teams: Teams, instant: datetime) -> frozenset[str]:
    """The team at an instant. Before there was anybody, as for talks older than the concept: the first."""
    named = [each for each in teams if each.people]
    people = named[0].people if named else frozenset[str]()
    for each in teams:
        if each.since > instant:
            break
        people = each.people or people
    return people


def team_ever(facts: Facts) -> frozenset[str]:
    """Everybody who ever was on the team."""
    return facts.team.union(*(each.people for each in facts.teams))


def is_attended_by(talk: Conversation, people: frozenset[str]) -> bool:
    """Returns whether one of these people attended."""
    return not people.isdisjoint([attendee.person for attendee in talk.attendees])


def interviewers(talk: Conversation, teams: Teams) -> list[str]:
    """The attendees who were on the team when the talk was held."""
    team = team_at(teams, talk.held_at)
    return [attendee.person for attendee in talk.attendees if attendee.person in team]


def joined_later(talk: Conversation, teams: Teams) -> bool:
    """Returns whether somebody who attended was on the team later only, and nobody was then."""
    if interviewers(talk, teams):
        return False
    later = frozenset[str]().union(*(each.people for each in teams if each.since > talk.held_at))
    return is_attended_by(talk, later)
