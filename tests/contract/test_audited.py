"""Whatever writes leaves an entry in the audit log, by whoever asked; whatever does not, leaves none."""

from fastapi.testclient import TestClient

from tests.contract.operations import guarded
from tests.contract.story import tell
from tests.gateproof import Gateproof

EVENTS = {"erase_customer": 8, "end_leaps": 0}
"""One for the customer, for that which was merged into it, and for each of their conversations. Where no
clock was ahead, no leap is ended."""


def test_every_operation_that_writes_leaves_one_event_of_its_actor(gateproof: Gateproof) -> None:
    known = len(gateproof.events(portfolio=None))
    for write, _ in tell(gateproof.client):
        events = gateproof.events(portfolio=None)
        assert len(events) == known + EVENTS.get(write.operation, 1), write.operation
        for added in events[known:]:
            assert (added["actor"], added["at"]) == (write.actor, "2026-11-22T09:00:00Z"), write.operation
        known = len(events)


def test_no_operation_that_reads_leaves_any(client: TestClient, gateproof: Gateproof) -> None:
    list(tell(client))
    known = gateproof.events(portfolio=None)
    for operation in guarded():
        if operation.method == "GET":
            client.get(operation.at(concept="tariff-radar", process="one-gate", version="1"))
    assert gateproof.events(portfolio=None) == known
