"""What the tests of several modules begin with."""

from typing import Protocol

from tests.contract.story import tell
from tests.gateproof import Gateproof

WORDS = "A secret, ünï 😀, that a customer told"


class Clock(Protocol):
    """One that can be moved."""

    def move(self, **by: float) -> None: ...


def ready_at_g1(gateproof: Gateproof, _: Clock) -> None:
    """A concept with what its first gate asks for."""
    gateproof.begin()
    gateproof.ready_at_g1()


def two_portfolios(gateproof: Gateproof, clock: Clock) -> None:
    """Events at five instants, all of them with words."""
    gateproof.begin()
    gateproof.post("/portfolios", {"key": "wind", "name": "Wind"})
    gateproof.customer("breeze", portfolio="wind")
    for _ in range(4):
        clock.move(minutes=1)
        gateproof.talk()


def all_that_can_be_written(gateproof: Gateproof, _: Clock) -> None:
    """Every write once, WORDS wherever somebody may say something; an erasure; two gates that were passed."""
    for _ in tell(gateproof.client, WORDS):
        pass
    gateproof.concept("second", external=[{"system": "jira", "id": "PRD-12"}])
    for decision in ("problem", "target_customer"):
        gateproof.state(decision, "second")
        for _ in range(3):
            gateproof.cite(gateproof.talk(), decision, concept="second")
    gateproof.review("G1", "go", "second")
