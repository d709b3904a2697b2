"""What a launch rests on, and which conversations may say what became of it."""

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.process import Counts
from service.domain.facts.conversations import conversation_of
from service.domain.facts.model import Review, TeamSince
from service.domain.launches.launch import launch_of, speaks_against
from service.domain.record.event import LogEntry
from tests.domain.building import HONEST, NOW, TALK, TEAM, TICK, asks, days, event_of, gate, process

RULES = process(
    gate("G1", asks("problem")),
    gate("G2", asks("problem"), asks("price"), launch=True),
    gate("PLR", asks("north_star")),
)
NOT_LAUNCHING = process(gate("G1", asks("problem")))
LAUNCHED, YESTERDAY = NOW - days(30), NOW - days(1)


def went(
    where: str | None, at: datetime, outcome: Any = "go", to: str | None = None, **versions: int
) -> Review:
    return Review(where, outcome, to, at, versions)


def test_it_rests_on_the_decisions_as_they_last_passed() -> None:
    reviews = [
        went("G1", NOW - days(60), problem=1),
        went("G2", LAUNCHED, problem=2, price=1),
        went("PLR", NOW, north_star=1, price=3),
    ]

    launch = launch_of(RULES, reviews)

    assert launch == (LAUNCHED, {"problem": 2, "price": 1})


def test_what_is_recycled_is_not_launched_until_it_goes_again() -> None:
    reviews = [
        went("G1", NOW - days(60), problem=1),
        went("G2", NOW - days(50), problem=1, price=1),
        went(None, NOW - days(40), "recycle", "G1"),
    ]
    assert launch_of(RULES, reviews) is None

    again = [*reviews, went("G1", NOW - days(35), problem=2), went("G2", LAUNCHED, problem=2, price=2)]
    assert launch_of(RULES, again) == (LAUNCHED, {"problem": 2, "price": 2})


@pytest.mark.parametrize(
    ("rules", "reviews"),
    [(RULES, []), (RULES, [went("G1", NOW, problem=1)]), (NOT_LAUNCHING, [went("G1", NOW, problem=1)])],
)
def test_without_the_go_at_the_launch_there_is_none(rules: Any, reviews: list[Review]) -> None:
    assert launch_of(rules, reviews) is None


def test_a_killed_product_was_launched_all_the_same() -> None:
    reviews = [went("G1", NOW - days(60)), went("G2", LAUNCHED, price=1), went("PLR", NOW, "kill")]
    assert launch_of(RULES, reviews) == (LAUNCHED, {"price": 1})


def against(*, ended: str | None = None, held_at: datetime = YESTERDAY, **fields: Any) -> str | None:
    data = {**HONEST, "revision": 1, "customer": "acme", "held_at": held_at.isoformat(), **fields}
    talk = conversation_of(LogEntry(1, NOW, "cnv_1", "pm-1", "d", event_of("conversation.recorded", data)))
    if ended is not None:
        talk = replace(talk, **{ended: True})
    return speaks_against(talk, Counts(), [TeamSince(LAUNCHED, frozenset(TEAM))], LAUNCHED, NOW)


def test_an_honest_talk_since_the_launch_may_say_it_whatever_was_shown() -> None:
    assert against() is None
    assert against(held_at=LAUNCHED) is None
    assert against(solution_shown=True) is None
    assert against(held_at=NOW - TALK) is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"held_at": LAUNCHED - TICK}, "It was held before the launch."),
        ({"held_at": NOW + TICK}, "IN_FUTURE"),
        ({"kind": "survey"}, "KIND_NOT_EVIDENCE"),
        ({"minutes": None}, "TOO_SHORT"),
        ({"words": 3}, "SUMMARY_TOO_THIN"),
        ({"colleagues": True}, "NOT_INDEPENDENT"),
        ({"attendees": [["stranger", "sales", False]]}, "NOT_FIRST_HAND"),
        ({"consent": "none"}, "CONSENT_WITHDRAWN"),
        ({"ended": "withdrawn"}, "WITHDRAWN"),
        ({"ended": "erased"}, "ERASED"),
    ],
)
def test_what_would_not_count_says_nothing_and_is_told_why(fields: dict[str, Any], code: str) -> None:
    assert str(against(**fields)).startswith(code)
