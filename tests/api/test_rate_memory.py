"""What is remembered of who asked: little, and not for long."""

import pytest

from service.api.middleware import rate_limits
from service.api.middleware.rate_limits import MAX_KEYS, Rate, address_of
from service.edge_settings import USUAL
from tests.api.edged import HOST
from tests.conftest import FixedClock


def test_an_address_is_counted_as_whoever_has_it() -> None:
    for host, counted in (
        (HOST, HOST),
        ("::ffff:192.0.2.7", HOST),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no:address", "no:address"),
        ("", ""),
    ):
        assert address_of({"client": (host, 1)}) == counted
    assert address_of({"client": None}) == address_of({}) == ""


def test_memory_is_bounded_and_given_back(clock: FixedClock) -> None:
    rate = Rate(USUAL.failed_logins)
    counts = rate.windows
    rate.count("first", clock())
    for n in range(MAX_KEYS + 50):
        rate.count(f"{n}".ljust(1000), clock())
    assert len(counts) == MAX_KEYS
    assert max(map(len, counts)) < 300
    assert rate.count("first", clock()).requests == 99
    clock.move(minutes=2)
    rate.count("later", clock())
    assert len(counts) == 1


def test_a_window_that_opens_again_is_the_youngest(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "MAX_KEYS", 2)
    rate = Rate(USUAL.failed_logins)
    rate.count("a", clock())
    clock.move(seconds=30)
    rate.count("b", clock())
    clock.move(seconds=30)
    rate.count("a", clock())
    rate.count("c", clock())
    assert (rate.count("a", clock()).requests, rate.count("c", clock()).requests) == (98, 98)
