"""Gatekeepers say go, on what they saw."""

import pytest

from tests.gateproof import SUMMARY, Gateproof

VOTED = """
title: Voted
gates:
  - key: G1
    title: Worth building
    stage: building
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {at_least: 1, of: conversations, waivable: false}
    criteria:
      - {id: consent, approvals: 2, first_hand_within_days: 30}
"""
APPROVALS = "/concepts/tariff-radar/approvals"


@pytest.fixture
def lacks_approvals(gateproof: Gateproof) -> str:
    """A concept that lacks nothing but two approvals; its one citation."""
    sent = {"Content-Type": "application/yaml"}
    answer = gateproof.client.put("/v1/processes/voted", content=VOTED, headers=sent)
    assert answer.status_code == 201, answer.text
    gateproof.gatekeeper("gate-1")
    gateproof.gatekeeper("gate-2")
    gateproof.begin("voted")
    gateproof.state("problem")
    attended = gateproof.talk(attendees=["pm-1", "gate-1"])
    made: str = gateproof.cite(attended, "problem")["id"]
    return made


@pytest.mark.usefixtures("lacks_approvals")
def test_a_gate_opens_by_the_consent_of_two_one_of_whom_was_there(gateproof: Gateproof) -> None:
    refused = gateproof.review("G1", "go", status=409)
    assert refused["readiness"]["blocking"] == ["consent"]
    seen = gateproof.readiness()["position"]
    first = gateproof.vote("G1", by="gate-1", position=seen)
    assert (first["counts"], first["outdated"]) == (True, None)
    assert first["first_hand_at"]
    assert gateproof.vote("G1", by="gate-2", position=seen)["first_hand_at"] is None
    assert gateproof.readiness()["verdict"] == "ready"
    assert gateproof.review("G1", "go")["accepted"]


def test_what_is_outdated_shows_and_does_not_count(gateproof: Gateproof, lacks_approvals: str) -> None:
    gateproof.vote("G1", by="gate-1")
    gateproof.vote("G1", by="gate-2")
    gateproof.withdraw(lacks_approvals)
    listed = gateproof.get(APPROVALS)["items"]
    assert [(each["counts"], each["outdated"]) for each in listed] == [(False, "EVIDENCE_WITHDRAWN")] * 2
    assert "consent" in gateproof.readiness()["blocking"]
    nothing = gateproof.vote("G1", by="gate-1", status=409)
    assert (nothing["type"], nothing["errors"][0]["field"]) == ("/problems/nothing-to-approve", "body.vote")
    gateproof.cite(gateproof.talk(), "problem")
    assert gateproof.vote("G1", by="gate-1")["counts"]


@pytest.mark.usefixtures("lacks_approvals")
def test_other_words_of_a_talk_that_counted_outdate_it_and_a_consent_that_grows_does_not(
    gateproof: Gateproof,
) -> None:
    talk = gateproof.readiness()["decisions"][0]["criteria"][0]["evidence"][0]["conversation"]
    gateproof.vote("G1", by="gate-1")
    gateproof.consent(talk, "quote_publicly")
    [vote] = gateproof.get(APPROVALS)["items"]
    assert vote["counts"]
    gateproof.revise(talk, summary="Put otherwise, and at length. " + SUMMARY)
    [vote] = gateproof.get(APPROVALS)["items"]
    assert (vote["counts"], vote["outdated"]) == (False, "REVISED")
    gateproof.vote("G1", by="gate-1")
    gateproof.consent(talk, "notes")
    assert gateproof.get(APPROVALS)["items"][-1]["outdated"] == "REVISED"


@pytest.mark.usefixtures("lacks_approvals")
def test_what_breaks_a_rule_writes_nothing(gateproof: Gateproof) -> None:
    seen = gateproof.readiness()["position"]
    gateproof.vote("G1", by="gate-1")
    gateproof.cite(gateproof.talk(), "problem", "contradicts")
    known = gateproof.events(portfolio=None)
    own = {"gate": "G1", "vote": "go", "reason": "Mine"}
    assert gateproof.post(APPROVALS, own, 403)["errors"][0]["field"] == "body.vote"
    stale = gateproof.vote("G1", by="gate-2", position=seen, status=409)
    assert stale["type"] == "/problems/changed-since"
    assert gateproof.events(portfolio=None) == known
    gateproof.vote("G1", by="gate-2")
    assert gateproof.vote("G1", by="gate-2", status=409)["type"] == "/problems/already-approved"


@pytest.mark.usefixtures("lacks_approvals")
def test_who_approved_may_not_cite_there_afterwards(gateproof: Gateproof) -> None:
    token = {"name": "both", "role": "product_manager", "person": "gate-1"}
    headers = {"Authorization": f"Bearer {gateproof.post('/tokens', token)['token']}"}
    body = {"conversation": gateproof.talk(), "decision": "problem", "stance": "supports"}
    gateproof.vote("G1", by="gate-1")
    refused = gateproof.post("/concepts/tariff-radar/citations", body, 403, **headers)
    assert refused["errors"][0]["field"] == "body.conversation"


@pytest.mark.usefixtures("lacks_approvals")
def test_a_vote_may_name_the_digest_of_what_was_seen(gateproof: Gateproof) -> None:
    seen = gateproof.readiness()
    gateproof.cite(gateproof.talk(), "problem")
    digest = {"input_digest": seen["input_digest"]}
    refused = gateproof.vote("G1", by="gate-1", status=409, **digest)  # what stands now rests on more
    assert refused["errors"][0]["field"] == "body.input_digest"
    assert gateproof.vote("G1", by="gate-1", position=seen["position"], **digest)["counts"]
    assert gateproof.vote("G1", by="gate-2", input_digest=gateproof.readiness()["input_digest"])["counts"]
