"""Conversations are corrected in the open; what was true when they were recorded stays."""

import pytest

from tests.conftest import FixedClock, World, begins_with
from tests.gateproof import Body, Gateproof


@pytest.fixture
def starting_state() -> World:
    return one_cited


def one_cited(gateproof: Gateproof, _: FixedClock) -> str:
    """The id of a conversation that counts for the problem."""
    gateproof.begin()
    gateproof.state("problem")
    talk = gateproof.talk()
    gateproof.cite(talk, "problem")
    return talk


@pytest.fixture
def cited(world: str) -> str:
    """That conversation's id."""
    return world


def evidence(gateproof: Gateproof) -> list[Body]:
    answer: list[Body] = gateproof.readiness()["decisions"][0]["criteria"][0]["evidence"]
    return answer


def not_counted(gateproof: Gateproof) -> list[str]:
    return [entry["code"] for entry in gateproof.readiness()["not_counted"]]


def test_a_corrected_segment_shows_in_the_verdict_with_the_new_revision(
    gateproof: Gateproof, cited: str
) -> None:
    first = evidence(gateproof)[0]

    revised = gateproof.revise(cited, "They have 900 staff, not 90", segment="enterprise")

    assert (revised["segment"], revised["revision"]) == ("enterprise", 2)
    assert revised["reason"] == "They have 900 staff, not 90"
    second = evidence(gateproof)[0]
    assert (second["revision"], second["digest"]) == (2, revised["digest"])
    assert first["digest"] != second["digest"]


def test_the_earlier_revision_stays_readable(gateproof: Gateproof, cited: str) -> None:
    before = gateproof.get(f"/conversations/{cited}")
    gateproof.revise(cited, "Mistyped", duration_minutes=45, summary=f"Mended. {before['summary']}")

    first, second = gateproof.get(f"/conversations/{cited}/revisions")["items"]

    assert first == before
    assert (second["revision"], second["duration_minutes"]) == (2, 45)
    assert second == gateproof.get(f"/conversations/{cited}")


def test_what_is_not_said_stays(gateproof: Gateproof, cited: str) -> None:
    before = gateproof.get(f"/conversations/{cited}")
    revised = gateproof.revise(cited, "Mistyped", duration_minutes=45)

    moved = {"duration_minutes", "revision", "digest", "reason", "revised_at", "revised_by"}
    assert {name for name in before if revised[name] != before[name]} <= moved


def test_unknown_may_become_of_what_was_thought_known(gateproof: Gateproof, cited: str) -> None:
    gateproof.revise(cited, "Nobody looked at the clock", duration_minutes=None)

    assert not_counted(gateproof) == ["TOO_SHORT"]


NEVER_UNKNOWN = (
    "kind",
    "held_at",
    "customer",
    "participants",
    "attendees",
    "summary",
    "quotes",
    "themes",
    "consent",
)


def test_null_where_nothing_can_be_unknown_is_as_if_unsaid(gateproof: Gateproof, cited: str) -> None:
    before = gateproof.get(f"/conversations/{cited}")

    for field in NEVER_UNKNOWN:
        assert gateproof.revise(cited, "Mistyped", **{field: None})[field] == before[field], field


def test_what_is_given_may_leave_things_unsaid(gateproof: Gateproof, cited: str) -> None:
    body = {"participants": [{"ref": "p2"}], "quotes": [{"text": "Too late."}]}

    revised = gateproof.revise(cited, "Mistyped", **body)

    assert revised["participants"] == [{"ref": "p2", "role": None, "colleague": None}]
    assert revised["quotes"] == [{"text": "Too late.", "participant": None}]
    assert not_counted(gateproof) == ["NOT_INDEPENDENT"]


def test_a_revision_wants_the_etag_of_what_it_corrects(gateproof: Gateproof, cited: str) -> None:
    path = f"/conversations/{cited}/revisions"
    gateproof.post(path, {"reason": "Mistyped"}, 428)
    gateproof.revise(cited)
    gateproof.post(path, {"reason": "Mistyped"}, 412, **{"If-Match": '"1"'})


def test_a_customer_who_changes_later_does_not_change_recorded_conversations(
    gateproof: Gateproof, cited: str
) -> None:
    customer = gateproof.get(f"/conversations/{cited}")["customer"]
    verdict = gateproof.readiness()
    grown = {"segment": "enterprise", "relationship": "customer", "reason": "They grew"}
    gateproof.patch(f"/customers/{customer}", grown, **{"If-Match": '"1"'})

    conversation = gateproof.get(f"/conversations/{cited}")
    assert (conversation["segment"], conversation["relationship"]) == ("smb", "prospect")
    assert gateproof.readiness() == verdict
    revised = gateproof.revise(cited, "Mistyped", duration_minutes=45)
    assert (revised["segment"], revised["relationship"]) == ("smb", "prospect")
    later = gateproof.get(f"/conversations/{gateproof.talk(customer)}")
    assert (later["segment"], later["relationship"]) == ("enterprise", "customer")


def test_another_customer_brings_its_own_segment_and_relationship(gateproof: Gateproof, cited: str) -> None:
    gateproof.customer("big", segment="enterprise", relationship="lost")

    revised = gateproof.revise(cited, "It was their parent company", customer="big")

    assert (revised["segment"], revised["relationship"]) == ("enterprise", "lost")


LED = """title: Led
gates:
  - key: L1
    title: Led
    stage: led
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: heard, at_least: 1, of: conversations, waivable: false}
          - {id: led, at_least: 1, of: conversations, where: {leader_attending: true}}
"""


@begins_with("prepared")
def test_an_attendee_promoted_later_did_not_attend_as_a_leader(gateproof: Gateproof) -> None:
    yaml = {"Content-Type": "application/yaml"}
    gateproof.client.put("/v1/processes/led", content=LED, headers=yaml)
    gateproof.begin("led")
    gateproof.state("problem")
    talk = gateproof.talk()
    gateproof.cite(talk, "problem")

    gateproof.patch("/people/pm-1", {"leader": True}, **{"If-Match": '"1"'})
    assert gateproof.readiness()["blocking"] == ["led"]
    gateproof.revise(talk, "Mistyped", duration_minutes=45)
    assert gateproof.readiness()["blocking"] == ["led"]

    gateproof.cite(gateproof.talk(), "problem")
    assert gateproof.readiness()["verdict"] == "ready"


def test_consent_is_withdrawn_through_a_revision(gateproof: Gateproof, cited: str) -> None:
    revised = gateproof.revise(cited, "They rang and asked us to stop", consent="none")

    assert not revised["counts"]
    assert evidence(gateproof) == []
    assert not_counted(gateproof) == ["CONSENT_WITHDRAWN"]


def test_a_withdrawn_conversation_counts_nowhere_and_is_cited_nowhere(
    gateproof: Gateproof, cited: str
) -> None:
    withdrawn = gateproof.post(f"/conversations/{cited}/withdraw", {"reason": "A colleague's cousin"}, 200)

    assert [reason["code"] for reason in withdrawn["not_counted"]] == ["WITHDRAWN"]
    assert not_counted(gateproof) == ["WITHDRAWN"]
    gateproof.state("target_customer")
    refused = gateproof.cite(cited, "target_customer", status=409)
    assert refused["type"].endswith("/conversation-withdrawn")
    gateproof.post(f"/conversations/{cited}/withdraw", {"reason": "Again"}, 409)
    gateproof.post(f"/conversations/{cited}/revisions", {"reason": "Again"}, 409, **{"If-Match": "*"})


@begins_with("prepared")
def test_leaving_an_attendee_out_for_a_revision_does_not_refresh_what_they_were(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.post("/people", {"key": "s1", "name": "Sam", "function": "sales"})
    talk = gateproof.talk(attendees=["pm-1", "s1"])
    gateproof.patch("/people/s1", {"function": "marketing"}, **{"If-Match": '"1"'})
    for revision, attendees in ((1, ["pm-1"]), (2, ["pm-1", "s1"])):
        body = {"reason": "Who was there", "attendees": attendees}
        gateproof.post(f"/conversations/{talk}/revisions", body, **{"If-Match": f'"{revision}"'})
    answer = gateproof.get("/events", type="conversation.revised")["items"][-1]["data"]["attendees"]
    assert ["s1", "sales", False] in answer
