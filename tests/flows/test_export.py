"""All that is held about a customer, for the customer."""

import pytest

from tests.conftest import FixedClock, World
from tests.contract.story import ONE_GATE
from tests.gateproof import SUMMARY, Body, Gateproof

CONCEPT = "/concepts/tariff-radar"
THEIRS = {
    "participants": [{"ref": "p1", "role": "Head clerk", "colleague": False}],
    "summary": f"They read of it late. {SUMMARY}",
    "quotes": [{"text": "It hurts.", "participant": "p1"}],
    "themes": ["late news"],
    "commitments": [{"kind": "time", "text": "A second round"}],
    "past_spend": "A broker",
    "external": [{"system": "notes", "id": "n-1", "url": None}],
}


@pytest.fixture
def starting_state() -> World:
    return held_and_withdrawn


def held_and_withdrawn(gateproof: Gateproof, _: FixedClock) -> None:
    yaml = {"Content-Type": "application/yaml"}
    gateproof.client.put("/v1/processes/one-gate", content=ONE_GATE, headers=yaml)
    gateproof.begin("one-gate")
    gateproof.state("problem")
    gateproof.customer("acme", name="Acme")
    gateproof.patch("/customers/acme", {"name": "Acme Traders", "reason": "Merged"}, **{"If-Match": '"1"'})
    gateproof.cite(gateproof.talk(), "problem")
    talk = gateproof.talk("acme", **THEIRS)
    citation = gateproof.cite(talk, "problem", excerpt="It hurts")["id"]
    against = gateproof.cite(talk, "problem", "contradicts", excerpt="Not always")["id"]
    gateproof.answer(against, "We looked again.")
    gateproof.review("G1", "hold")
    gateproof.withdraw(citation)
    gateproof.consent(talk, "none", "They rang")
    gateproof.post(f"/conversations/{talk}/withdraw", {"reason": "As they wished"}, 200)


def exported(gateproof: Gateproof) -> Body:
    return gateproof.get("/customers/acme/export")


def test_it_holds_every_word_whatever_the_consent(gateproof: Gateproof) -> None:
    export = exported(gateproof)

    assert [(each["name"], each["reason"]) for each in export["versions"]] == [
        ("Acme", None),
        ("Acme Traders", "Merged"),
    ]
    assert export["customer"] == gateproof.get("/customers/acme")
    [talk] = export["conversations"]
    first, last = talk["revisions"]
    for revision in (first, last):
        assert {name: revision[name] for name in THEIRS} == THEIRS
        assert revision["quotes_withheld"] is False
    assert (last["consent"], last["reason"], talk["withdrawn_because"]) == (
        "none",
        "They rang",
        "As they wished",
    )
    supports, contradicts = talk["citations"]
    assert (supports["excerpt"], supports["withdrawn_because"]) == ("It hurts", "Cited by mistake")
    assert supports["shaped"]["note"]
    assert [answer["answer"] for answer in contradicts["answers"]] == ["We looked again."]


def test_it_says_what_relied_on_them_and_which_events_are_about_them(gateproof: Gateproof) -> None:
    export = exported(gateproof)
    [review] = export["reviews"]
    [talk] = export["conversations"]
    assert (review["concept"], review["outcome"], review["conversations"]) == (
        "tariff-radar",
        "hold",
        [talk["id"]],
    )
    assert {each["decision"] for each in talk["citations"]} == {"problem"}
    assert [event["type"] for event in export["events"]] == [
        "customer.created",
        "customer.changed",
        "conversation.recorded",
        "citation.made",
        "citation.made",
        "contradiction.answered",
        "citation.withdrawn",
        "conversation.revised",
        "conversation.withdrawn",
    ]
    log = {event["position"]: event["digest"] for event in gateproof.events()}
    assert all(log[event["position"]] == event["digest"] for event in export["events"])


def test_it_is_a_file_to_hand_over(gateproof: Gateproof) -> None:
    answer = gateproof.client.get("/v1/customers/acme/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acme.json"'
    assert answer.headers["Content-Type"] == "application/json"
    gateproof.get("/customers/ghost/export", status=404)


def test_after_an_erasure_it_holds_tombstones(gateproof: Gateproof) -> None:
    gateproof.post("/customers/acme/erase", {"reason": "By letter"}, 200)
    export = exported(gateproof)
    [talk] = export["conversations"]
    assert [each["name"] for each in export["versions"]] == [None, None]
    assert {revision["summary"] for revision in talk["revisions"]} == {""}
    assert [(each["shaped"], each["excerpt"]) for each in talk["citations"]] == [(None, None)] * 2
    assert [answer["answer"] for answer in talk["citations"][1]["answers"]] == [""]
    assert talk["withdrawn_because"] is None
    assert [event["type"] for event in export["events"]][-2:] == ["conversation.erased", "customer.erased"]
