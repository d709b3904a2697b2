"""What several tests begin with, told through the API once for a process: then databases are copied."""

from typing import Protocol

from tests.gateproof import Gateproof


class Clock(Protocol):
    """One that can be moved."""

    def move(self, **by: float) -> None: ...


def two_portfolios(gateproof: Gateproof, clock: Clock) -> None:
    """Events at five instants, all of them with words."""
    gateproof.begin()
    gateproof.post("/portfolios", {"key": "wind", "name": "Wind"})
    gateproof.customer("breeze", portfolio="wind")
    for _ in range(4):
        clock.move(minutes=1)
        gateproof.talk()
