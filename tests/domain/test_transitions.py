"""What transitions, in small: each case that a property would only find by chance."""

from datetime import datetime, timedelta

from service.domain.notify.transitions import NOWHERE, ReadinessState, Step, Transition, due_at, follow
from tests.domain.building import NOW, TICK, days

READY = ReadinessState("G1", "ready", NOW + days(10), frozenset(), 3, ("p", 1), NOW + days(10))
BLOCKED = READY._replace(verdict="blocked", passes_until=None, changes_at=None)


def ageing(at: datetime) -> ReadinessState:
    """Ready up to, and not at, its end."""
    return READY if at < NOW + days(10) else BLOCKED


def blocked(_: datetime) -> ReadinessState:
    return BLOCKED


def types_and_times(transitions: list[Transition]) -> list[tuple[str, datetime]]:
    return [(each.type, each.at) for each in transitions]


def test_time_is_followed_up_to_and_not_at_the_end() -> None:
    end = NOW + days(10)
    before = follow(ageing, READY, NOW, [], end, [])
    assert before.transitions == []
    assert types_and_times(follow(ageing, before.state, end, [], end + TICK, []).transitions) == [
        ("readiness.expired", end)
    ]


def test_support_that_came_at_that_very_instant_came_in_time() -> None:
    end = NOW + days(10)
    longer = READY._replace(passes_until=end + days(5), changes_at=end + days(5))
    transitions = follow(ageing, READY, NOW, [Step(end, lambda _: longer)], end + TICK, [])
    assert transitions.transitions == []
    assert transitions.state == longer


def test_what_age_had_blocked_anyway_nobody_blocked() -> None:
    end = NOW + days(10)
    assert types_and_times(follow(ageing, READY, NOW, [Step(end, blocked)], end + TICK, []).transitions) == [
        ("readiness.expired", end)
    ]
    assert types_and_times(follow(ageing, READY, NOW, [Step(end - TICK, blocked)], end, []).transitions) == [
        ("readiness.blocked", end - TICK)
    ]


def test_somebody_whose_clock_is_behind_does_not_turn_time_back() -> None:
    late = Step(NOW - days(1), lambda _: READY)
    transitions = follow(blocked, BLOCKED, NOW, [late], NOW + TICK, [])
    assert types_and_times(transitions.transitions) == [("readiness.ready", NOW)]


def test_ready_already_near_its_end_is_both() -> None:
    transitions = follow(blocked, BLOCKED, NOW, [Step(NOW + days(5), ageing)], NOW + days(6), [7, 30])
    assert [(each.type, each.days) for each in transitions.transitions] == [
        ("readiness.ready", None),
        ("readiness.expiring", 7),
        ("readiness.expiring", 30),
    ]


def test_an_end_that_is_put_off_is_told_of_again_when_it_comes_near() -> None:
    end = NOW + days(10)

    def longer(at: datetime) -> ReadinessState:
        later = READY._replace(passes_until=end + days(30), changes_at=end + days(30))
        return later if at < end + days(30) else BLOCKED

    transitions = follow(ageing, READY, NOW, [Step(end - days(1), longer)], end + days(40), [7])
    assert types_and_times(transitions.transitions) == [
        ("readiness.expiring", end - days(7)),
        ("readiness.expiring", end + days(23)),
        ("readiness.expired", end + days(30)),
    ]


def test_overdue_is_told_once_even_if_it_was_out_of_sight() -> None:
    owing = BLOCKED._replace(overdue=frozenset(["wvr_1"]))
    killed = BLOCKED._replace(verdict="not_evaluable")
    steps = [Step(NOW, lambda _: owing), Step(NOW, lambda _: killed), Step(NOW, lambda _: owing)]
    transitions = follow(blocked, BLOCKED, NOW, steps, NOW + TICK, [])
    assert [(each.type, each.waiver) for each in transitions.transitions] == [("waiver.overdue", "wvr_1")]


def test_killed_is_not_blocked_and_another_gate_is_another_matter() -> None:
    killed = READY._replace(verdict="not_evaluable", passes_until=None, changes_at=None)
    assert follow(ageing, READY, NOW, [Step(NOW, lambda _: killed)], NOW + TICK, []).transitions == []
    following = READY._replace(gate="G2", changes_at=None)
    steps = [Step(NOW, lambda _: BLOCKED._replace(gate="G2")), Step(NOW, lambda _: following)]
    transitions = follow(ageing, READY, NOW, steps, NOW + TICK, [])
    assert [(each.type, each.state.gate) for each in transitions.transitions] == [("readiness.ready", "G2")]


def test_nothing_is_due_where_nothing_stands() -> None:
    assert due_at(NOWHERE, NOW, [7]) is None
    assert due_at(READY, NOW, [7, 30]) == NOW + days(3)
    assert due_at(READY, NOW + days(4), [7]) == NOW + days(10)
    assert due_at(READY, NOW + days(10) + timedelta(1), [7]) is None
