"""Each type of notice has an example, and is told of it: once, as the contract has it, without a word."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from schemas.flips import NOTICE_TYPES, Notice, NoticeType
from tests.conftest import FixedClock
from tests.delivery.conftest import Deliver, subscribe
from tests.delivery.target import Target
from tests.delivery.test_being_told import DAYS, begin, make_ready
from tests.gateproof import Gateproof

CANARY = "the canary sings"


class World(NamedTuple):
    """A concept whose problem is stated, and the clock that it lives by."""

    gateproof: Gateproof
    clock: FixedClock


def ready(world: World) -> list[str]:
    return make_ready(world.gateproof, days_ago=0.1)


def expiring(world: World) -> None:
    ready(world)
    world.clock.move(days=DAYS - 1)


def expired(world: World) -> None:
    ready(world)
    world.clock.move(days=DAYS + 1)


def blocked(world: World) -> None:
    world.gateproof.withdraw(ready(world)[0])


def overdue(world: World) -> None:
    waived = ("s1-problem-customers", "s1-problem-conversations")
    world.gateproof.cite(world.gateproof.talk(), "problem")
    world.gateproof.approve(world.gateproof.request(*waived, gate="S1", days=10))
    world.gateproof.review("S1", "go")
    world.clock.move(days=11)


def decided(world: World) -> None:
    world.gateproof.review("S1", "hold", rationale=CANARY)


def contradicted(world: World) -> None:
    world.gateproof.cite(world.gateproof.talk(summary=CANARY), "problem", "contradicts", excerpt=CANARY)


def erased(world: World) -> None:
    world.gateproof.customer("gone", name=CANARY)
    world.gateproof.cite(world.gateproof.talk("gone"), "problem")
    world.gateproof.post("/customers/gone/erase", {"reason": CANARY}, 200)


EXAMPLES: dict[NoticeType, Callable[[World], object]] = {
    "readiness.ready": ready,
    "readiness.expiring": expiring,
    "readiness.expired": expired,
    "readiness.blocked": blocked,
    "waiver.overdue": overdue,
    "review.decided": decided,
    "contradiction.recorded": contradicted,
    "evidence.erased": erased,
}
"""What happens by which a notice of this type is due."""


def test_every_type_has_an_example() -> None:
    assert {*NOTICE_TYPES} == EXAMPLES.keys()


@pytest.mark.parametrize("type", EXAMPLES)
def test_it_is_told_of_once(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock, type: NoticeType
) -> None:
    begin(gateproof)
    subscribe(gateproof, target, type, payload="full")
    EXAMPLES[type](World(gateproof, clock))
    deliver()
    deliver()

    [got] = target.got
    notice = Notice.model_validate_json(got.body)
    assert (notice.type, notice.data.concept) == (type, "tariff-radar")
    assert CANARY not in got.body.decode()
