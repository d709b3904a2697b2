"""A clock was ahead, and the leap was ended: subscribers are told how it is by the true clock."""

from tests.conftest import FixedClock
from tests.delivery.conftest import Deliver, subscribe
from tests.delivery.target import Target
from tests.delivery.test_being_told import begin, make_ready
from tests.gateproof import Gateproof


def test_what_only_the_leap_ended_is_told_to_be_ready_again_and_ends_in_its_time(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    begin(gateproof)
    make_ready(gateproof)
    subscribe(gateproof, target, "readiness.ready", "readiness.expired", "review.decided")
    deliver()
    end, begun = gateproof.readiness()["passes_until"], clock()
    clock.move(days=400)
    gateproof.review("S1", "hold")
    deliver()
    assert sorted(got.message["type"] for got in target.got) == ["readiness.expired", "review.decided"]

    clock.instant = begun
    clock.move(hours=1)
    now = clock().isoformat().replace("+00:00", "Z")
    gateproof.post("/audit/leaps/end", {}, 200)
    assert gateproof.readiness()["passes_until"] == end
    gateproof.review("S1", "hold")
    deliver()
    told = [(got.message["type"], got.message["timestamp"]) for got in target.got[2:]]
    assert sorted(told) == [("readiness.ready", now), ("review.decided", now)]
    assert all(got.message["data"]["ready"] for got in target.got[2:])

    clock.move(days=100)
    deliver()
    assert [got.message["timestamp"] for got in target.got[4:]] == [end]
    assert gateproof.get("/audit/verify")["findings"] == []


def test_what_was_to_be_tried_again_much_later_is_tried_now(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    begin(gateproof)
    subscribe(gateproof, target, "readiness.ready", path="/busy")
    clock.move(days=400)
    make_ready(gateproof)
    deliver()
    tried = len(target.got)
    clock.move(days=-400)
    gateproof.post("/audit/leaps/end", {}, 200)
    deliver()
    assert len(target.got) > tried
