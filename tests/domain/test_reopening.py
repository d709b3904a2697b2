"""What was heard since a kill, and whether it is enough to reopen."""

from datetime import datetime
from typing import Any

import pytest

from schemas.process import Counts
from service.domain.facts.teams import teams_of
from service.domain.rules.reopening import reopening_objections
from tests.domain.building import NOW, TICK, Story, days, one

RULES = one(within_days=30)
KILLED_AT = NOW - days(10)


def why(*talks: dict[str, Any], counts: Counts | None = None, as_of: datetime = NOW) -> list[str]:
    """The rules that stand in the way, talk by talk; empty: it may be reopened."""
    story = Story(RULES)
    ids = [story.talk(**talk) for talk in talks]
    facts = story.facts()
    named = [facts.conversations[id] for id in ids]
    return [
        objection.rule
        for objection in reopening_objections(
            KILLED_AT, counts or RULES.counts, teams_of(facts), named, as_of
        )
    ]


def test_a_talk_since_the_kill_is_enough() -> None:
    assert why({"days_ago": 1}) == []


def test_it_was_held_after_the_kill_and_not_at_it() -> None:
    assert why({"held_at": KILLED_AT}) == ["It was held before the kill."]
    assert why({"held_at": KILLED_AT + TICK}) == []


def test_one_that_counts_is_enough_whatever_else_is_named() -> None:
    assert why({"days_ago": 20}, {"days_ago": 1}, {"minutes": 2}) == []


def test_without_any_it_says_from_when_on() -> None:
    [rule] = why()
    assert KILLED_AT.isoformat() in rule


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "survey"}, "This kind of record is not a live talk that the process counts."),
        ({"minutes": None}, "Its duration is unknown or shorter than the process asks."),
        ({"words": 59}, "Its summary has fewer words than the process asks."),
        ({"attendees": [["m-1", "marketing", False]]}, "Nobody of the concept's team attended."),
        ({"participants": []}, "No participant is named, or one may be a colleague or the author."),
        ({"consent": "none"}, "There is no consent to use it."),
        ({"held_at": NOW + TICK}, "It is dated later than this instant."),
    ],
)
def test_each_reason_not_to_count_is_told(fields: dict[str, Any], reason: str) -> None:
    assert why(fields) == [reason]


def test_it_grows_too_old_at_the_very_instant() -> None:
    held_at = KILLED_AT + TICK
    assert why({"held_at": held_at}, as_of=held_at + days(30) - TICK) == []
    assert why({"held_at": held_at}, as_of=held_at + days(30)) == ["It was held too long ago."]
    ageless = RULES.counts.model_copy(update={"within_days": None})
    assert why({"held_at": held_at}, as_of=held_at + days(300), counts=ageless) == []


def test_somebody_elses_talk_is_enough_where_the_process_does_not_ask_for_the_team() -> None:
    lax = RULES.counts.model_copy(update={"first_hand": False})
    assert why({"attendees": [["m-1", "marketing", False]]}, counts=lax) == []
