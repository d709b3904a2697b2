"""Recording and deciding answer what a GET answers, though nothing is read back."""

from service.api.routes.conversations import INTERVIEW
from tests.gateproof import Gateproof


def test_a_recorded_conversation_is_answered_as_it_is_read(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.customer("acme")
    made = gateproof.post("/conversations", INTERVIEW | {"attendees": ["pm-1"]})
    assert list(made.items()) == list(gateproof.get(f"/conversations/{made['id']}").items())


def test_a_review_is_answered_as_it_is_read(gateproof: Gateproof) -> None:
    gateproof.begin()
    held = gateproof.review("G1", "hold")
    assert held == gateproof.get(f"/concepts/tariff-radar/reviews/{held['id']}")
