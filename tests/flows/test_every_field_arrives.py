"""Whatever field a noun has, another system sets and changes it, and an export shows it in every version."""

from typing import Any, NamedTuple

import pytest

from schemas.base import Model
from schemas.concept import ConceptIn
from schemas.conversation import ConversationSync
from schemas.nouns import CustomerIn, CustomerSync, PersonIn
from schemas.privacy import HeldVersion
from tests.gateproof import SUMMARY, Body, Gateproof

Values = dict[str, tuple[Any, Any]]


def elsewhere(id: str) -> list[Body]:
    return [{"system": "other", "id": id, "url": f"https://{id}.example"}]


class Noun(NamedTuple):
    """What is put by an id elsewhere: its address, its model, and two values of each field."""

    path: str
    model: type[Model]
    fixed: Body
    """What no other system changes once it is there."""
    values: Values


NOUNS = {
    "customers": Noun(
        "/customers/by-external/crm/A-1",
        CustomerSync,
        {"key": "made", "portfolio": "energy", "reason": "Synced"},
        {
            "segment": ("smb", "public"),
            "relationship": ("prospect", "customer"),
            "name": ("Acme", "Acme Ltd"),
            "external": (elsewhere("a"), elsewhere("b")),
        },
    ),
    "people": Noun(
        "/people/by-external/hr/W-1",
        PersonIn,
        {"key": "made"},
        {
            "name": ("Anna", "Anne"),
            "function": ("product", "sales"),
            "leader": (True, False),
            "external": (elsewhere("a"), elsewhere("b")),
        },
    ),
    "concepts": Noun(
        "/concepts/by-external/jira/PRD-1",
        ConceptIn,
        {"key": "made", "portfolio": "energy", "process": "starter", "process_version": 1},
        {
            "title": ("Radar", "Wider radar"),
            "origin": ("mandate", "other"),
            "primary_segment": ("smb", "public"),
            "segments": (["lower"], ["lower", "upper"]),
            "team": (["pm-1"], ["admin", "pm-1"]),
            "external": (elsewhere("a"), elsewhere("b")),
        },
    ),
    "conversations": Noun(
        "/conversations/by-external/notes/N-1",
        ConversationSync,
        {"portfolio": "energy", "reason": "Synced"},
        {
            "kind": ("interview", "site_visit"),
            "held_at": ("2026-11-03T09:00:00Z", "2026-11-04T09:00:00Z"),
            "duration_minutes": (30, 40),
            "customer": ("acme", "bolt"),
            "participants": (
                [{"ref": "p1", "role": "analyst", "colleague": False}],
                [{"ref": "p2", "role": "buyer", "colleague": True}],
            ),
            "attendees": (["pm-1"], ["admin"]),
            "conducted_by": ("own_team", "third_party"),
            "solution_shown": (False, True),
            "summary": (SUMMARY, f"{SUMMARY} And more."),
            "quotes": (
                [{"text": "Too late.", "participant": None}],
                [{"text": "Much too late.", "participant": None}],
            ),
            "themes": (["late news"], ["late news", "tax"]),
            "commitments": ([{"kind": "time", "text": "Theirs"}], [{"kind": "money", "text": "Theirs"}]),
            "past_spend": ("A broker", "Two brokers"),
            "consent": ("quote_publicly", "quote_internally"),
            "external": (elsewhere("a"), elsewhere("b")),
        },
    ),
}


@pytest.fixture(params=NOUNS)
def noun(request: pytest.FixtureRequest, gateproof: Gateproof) -> Noun:
    gateproof.post("/portfolios", {"key": "energy", "name": "Energy data"})
    gateproof.post("/people", {"key": "pm-1", "name": "First", "function": "product"})
    for key in ("acme", "bolt"):
        gateproof.customer(key)
    return NOUNS[request.param]


def values(noun: Noun, which: int) -> Body:
    return {name: each[which] for name, each in noun.values.items()}


def shown(noun: Noun, body: Body) -> Body:
    """The fields, without the id that stands in the address."""
    mine = noun.path.rsplit("/")[-2]
    fields = {name: body[name] for name in noun.values}
    return fields | {"external": [each for each in body["external"] if each["system"] != mine]}


@pytest.mark.parametrize("noun", NOUNS.values(), ids=NOUNS)
def test_no_field_is_left_out_here(noun: Noun) -> None:
    assert {*noun.values, *noun.fixed} == set(noun.model.model_fields)


def test_each_field_is_set_and_changed_by_itself(noun: Noun, gateproof: Gateproof) -> None:
    sent = noun.fixed | values(noun, 0)
    made = gateproof.put(noun.path, sent)
    assert shown(noun, made) == values(noun, 0)
    for revision, (name, (_, other)) in enumerate(noun.values.items(), 2):
        sent |= {name: other}
        changed = gateproof.put(noun.path, sent, 200)
        assert (name, changed[name] != made[name], changed["revision"]) == (name, True, revision)
        assert shown(noun, changed) == shown(noun, sent)
    assert shown(noun, gateproof.get(noun.path)) == values(noun, 1)
    assert gateproof.put(noun.path, sent, 200)["revision"] == changed["revision"]


def test_an_export_has_each_version_with_every_field(gateproof: Gateproof) -> None:
    assert set(CustomerIn.model_fields) - {"key", "portfolio"} <= set(HeldVersion.model_fields)
    gateproof.post("/portfolios", {"key": "energy", "name": "Energy data"})
    noun = NOUNS["customers"]
    for which, status in ((0, 201), (1, 200)):
        gateproof.put(noun.path, noun.fixed | values(noun, which), status)

    versions = gateproof.get("/customers/made/export")["versions"]

    assert [shown(noun, each) for each in versions] == [values(noun, 0), values(noun, 1)]
    assert [each["reason"] for each in versions] == [None, "Synced"]
