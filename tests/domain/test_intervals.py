from datetime import datetime, timedelta

from service.domain.criteria.intervals import FOREVER, Interval, count_distinct, enough_until
from tests.domain.building import NOW, TICK, days


def interval(value: int, until: float | None, since: float = -1) -> Interval:
    """A value that counts from some days after now until some days after now; None: forever."""
    return Interval(NOW + days(since), FOREVER if until is None else NOW + days(until), (value,))


def at(number: float) -> datetime:
    return NOW + days(number)


def test_an_interval_counts_from_its_start_up_to_and_not_at_its_end() -> None:
    short = interval(1, until=1, since=0)
    assert not short.counts_at(at(0) - TICK)
    assert short.counts_at(at(0))
    assert short.counts_at(at(1) - TICK)
    assert not short.counts_at(at(1))


def test_the_same_value_counts_once() -> None:
    assert count_distinct([interval(1, 1), interval(1, 2), interval(2, 1)], 1, NOW)[0] == 2


def test_an_interval_may_bring_several_values() -> None:
    assert count_distinct([Interval(NOW, FOREVER, (1, 2)), Interval(NOW, FOREVER, ())], 1, NOW)[0] == 2


def test_too_few_are_enough_only_until_now() -> None:
    assert enough_until([interval(1, 1)], 2, NOW) == NOW


def test_enough_lasts_until_the_shortest_of_the_longest_ends() -> None:
    intervals = [interval(1, 1), interval(2, 2), interval(3, 3)]
    assert enough_until(intervals, 3, NOW) == at(1)
    assert enough_until(intervals, 2, NOW) == at(2)
    assert enough_until(intervals, 1, NOW) == at(3)


def test_a_value_lasts_as_long_as_the_longest_of_its_intervals() -> None:
    assert enough_until([interval(1, 1), interval(1, 5)], 1, NOW) == at(5)


def test_what_begins_in_time_bridges_the_gap() -> None:
    assert enough_until([interval(1, 2), interval(2, 4, since=2)], 1, NOW) == at(4)


def test_what_begins_too_late_does_not() -> None:
    late = Interval(at(2) + TICK, at(4), (2,))
    assert enough_until([interval(1, 2), late], 1, NOW) == at(2)


def test_a_value_that_comes_again_bridges_its_own_gap() -> None:
    assert enough_until([interval(1, 2), interval(1, 4, since=1)], 1, NOW) == at(4)


def test_values_without_an_end_are_enough_forever() -> None:
    assert enough_until([interval(1, None), interval(2, 1)], 1, NOW) == FOREVER


def test_forever_is_later_than_any_window_reaches() -> None:
    assert datetime(9000, 1, 1, tzinfo=FOREVER.tzinfo) + timedelta(days=3650) < FOREVER
