"""An instant of a wrong clock is refused where it can be found: beside the time that passed, and beside the
database's own clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from service.api.app import create_app
from service.clock import ClockDiffers, ClockWatch, elapsed, now
from service.store.sql.engine import Database
from service.usecases.audit.clocks import log_ahead
from tests.client import Client
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import problem
from tests.gateproof import Gateproof

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BEGIN = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Machine:
    """A clock that somebody may set, and the time since it was switched on."""

    def __init__(self) -> None:
        self.wall, self.passed = BEGIN, timedelta()

    def go_on(self, for_: timedelta, *, set_by: timedelta = timedelta()) -> None:
        self.passed += for_
        self.wall += for_ + set_by

    def watch(self) -> ClockWatch:
        return ClockWatch(lambda: self.wall, lambda: self.passed)


@pytest.mark.parametrize("leap", [6 * MINUTE, -6 * MINUTE, timedelta(days=400)])
def test_a_clock_that_was_set_is_refused_until_it_is_right_again(leap: timedelta) -> None:
    machine = Machine()
    watch = machine.watch()
    machine.go_on(HOUR)
    watch.check()
    machine.go_on(HOUR, set_by=leap)
    for _ in range(2):
        with pytest.raises(ClockDiffers) as raised:
            watch.check()
    both = (BEGIN + 2 * HOUR + leap, BEGIN + 2 * HOUR)
    assert all(instant.isoformat().replace("+00:00", "Z") in str(raised.value) for instant in both)
    machine.go_on(MINUTE, set_by=-leap)
    watch.check()


def test_steps_that_keep_it_right_never_add_up_and_a_sleep_is_time_that_passed() -> None:
    machine = Machine()
    watch = machine.watch()
    for _ in range(100):
        machine.go_on(HOUR, set_by=timedelta(seconds=20))
        watch.check()
    machine.go_on(timedelta(days=90))
    watch.check()


def test_where_no_such_time_is_counted_nothing_is_compared_with_it() -> None:
    machine = Machine()
    watch = ClockWatch(lambda: machine.wall, lambda: None)
    machine.go_on(HOUR, set_by=HOUR)
    watch.check()


def test_this_machine_counts_the_time_that_passes() -> None:
    before = elapsed()
    assert before is not None
    assert before <= (elapsed() or timedelta())


class Leaping:
    """The system's clock, set by so much."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return now() + self.by


@pytest.fixture
def leaping() -> Leaping:
    return Leaping()


@pytest.fixture
def watched(db: Database, leaping: Leaping) -> Iterator[Gateproof]:
    """On PostgreSQL a machine that counts no time that passes: the database's clock alone tells."""
    db.clock_watch = ClockWatch(leaping, elapsed if db.is_sqlite else lambda: None)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(db, leaping), headers=headers, raise_server_exceptions=False) as client:
        yield Gateproof(client, leaping)


def test_nothing_is_written_at_an_instant_of_a_wrong_clock(watched: Gateproof, leaping: Leaping) -> None:
    watched.begin()
    before = watched.get("/events", limit=200)["items"]
    leaping.by = timedelta(days=400)
    answer = watched.client.post("/v1/customers", json={"key": "acme"})
    refused = watched.client.post("/v1/portfolios", json={"key": "other", "name": "Other"})
    assert answer.status_code == 422
    assert problem(refused, 503)["type"].endswith("/clock-differs")
    assert refused.json()["detail"].count("Z") == 2
    assert watched.get("/concepts/tariff-radar/readiness")["verdict"] == "blocked"

    assert problem(watched.client.get("/readyz"), 503)["reason"] == "clock-differs"

    leaping.by = timedelta(minutes=4)
    assert watched.client.get("/readyz").status_code == 200
    assert watched.get("/events", limit=200)["items"] == before
    watched.customer("acme")


def test_a_quiet_log_is_written_to_as_ever_and_one_that_is_ahead_is_found(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    gateproof.begin()
    begun = clock()
    clock.move(days=300)
    gateproof.customer("acme")
    assert log_ahead(db, clock) is None
    clock.instant = begun
    ahead = log_ahead(db, clock)
    assert ahead is not None
    assert ahead.chains == 1
    assert "2027-09-18T09:00:00Z" in str(ahead)
    [warned] = gateproof.client.get("/readyz").json()["warnings"]
    assert warned == {"code": "log-ahead", "detail": str(ahead)}

    ended = gateproof.post("/audit/leaps/end", {}, 200)["items"]
    assert [each["chain"] for each in ended] == ["energy"]
    assert gateproof.post("/audit/leaps/end", {}, 200)["items"] == []
    assert log_ahead(db, clock) is None
