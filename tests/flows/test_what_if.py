"""What would the verdict be, if: hypothetical talks, citations, withdrawals and instants, writing nothing."""

from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof

PROBLEM, CUSTOMER = "problem", "target_customer"


def what_if(gateproof: Gateproof, status: int = 200, **fields: Any) -> Body:
    return gateproof.post("/concepts/tariff-radar/readiness/what-if", fields, status)


def talks(*refs: str, **fields: Any) -> list[Body]:
    return [{"ref": ref, **fields} for ref in refs]


def cited(*conversations: str, decisions: tuple[str, ...] = (PROBLEM, CUSTOMER)) -> list[Body]:
    return [{"conversation": each, "decision": key} for each in conversations for key in decisions]


def unlinked(verdict: Body) -> Body:
    return {name: value for name, value in verdict.items() if name != "html_url"}


def test_nothing_supposed_is_the_verdict_as_it_is(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()

    assert unlinked(what_if(gateproof)) == unlinked(gateproof.readiness())
    assert what_if(gateproof, gate="G2")["gate"] == "G2"


def test_three_talks_would_be_enough_and_two_would_not(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.state(PROBLEM)
    before = gateproof.events(), gateproof.readiness()

    three = what_if(gateproof, conversations=talks(*"abc"), citations=cited(*"abc"))
    two = what_if(gateproof, conversations=talks(*"abc"), citations=cited(*"ab"))

    assert (three["verdict"], two["verdict"]) == ("ready", "blocked")
    assert {
        one["deficit"]["missing"] for d in two["decisions"] for one in d["criteria"] if one["deficit"]
    } == {1}
    assert three["input_digest"] not in (two["input_digest"], before[1]["input_digest"])
    assert (gateproof.events(), gateproof.readiness()) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "survey"}, "KIND_NOT_EVIDENCE"),
        ({"duration_minutes": 5}, "TOO_SHORT"),
        ({"word_count": 5}, "SUMMARY_TOO_THIN"),
        ({"attendees": []}, "NOT_FIRST_HAND"),
        ({"participants": 0}, "NOT_INDEPENDENT"),
        ({"consent": "none"}, "CONSENT_WITHDRAWN"),
        ({"solution_shown": True}, "SOLUTION_SHOWN"),
        ({"held_at": "2026-01-01T00:00:00Z"}, "TOO_OLD"),
        ({"held_at": "2027-01-01T00:00:00Z"}, "IN_FUTURE"),
    ],
)
def test_a_supposed_talk_is_judged_like_any_other(gateproof: Gateproof, body: Body, code: str) -> None:
    gateproof.begin()

    verdict = what_if(gateproof, conversations=talks("a", **body), citations=cited("a", decisions=(PROBLEM,)))

    assert [entry["code"] for entry in verdict["not_counted"]] == [code]
    assert verdict["verdict"] == "blocked"


def test_a_talk_on_record_can_be_cited_and_a_citation_withdrawn(gateproof: Gateproof) -> None:
    gateproof.begin()
    first, *_ = gateproof.ready_at_g1()
    gateproof.post("/people", {"key": "stranger", "name": "Other", "function": "product"})
    gateproof.concept("other")
    elsewhere = gateproof.talk()
    citation = gateproof.get("/concepts/tariff-radar/citations")["items"][0]["id"]

    without = what_if(gateproof, withdrawals=[citation])
    replaced = what_if(gateproof, withdrawals=[citation], citations=cited(elsewhere, decisions=(PROBLEM,)))
    again = what_if(gateproof, withdrawals=[citation], citations=cited(first, decisions=(PROBLEM,)))

    assert [without["verdict"], replaced["verdict"], again["verdict"]] == ["blocked", "ready", "ready"]
    assert gateproof.readiness()["verdict"] == "ready"


def test_a_customer_of_the_portfolio_is_taken_as_they_are(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    gateproof.customer("advocate-1", segment="enterprise", relationship="advocate")

    verdict = what_if(gateproof, conversations=talks("a", customer="advocate-1"))
    same = what_if(gateproof, gate="G1", conversations=talks(*"abc", customer="one"), citations=cited(*"abc"))

    assert [each["segment"] for each in verdict["uncited"]] == []
    assert [one["actual"] for one in same["decisions"][0]["criteria"]] == [6, 6, 4]


def test_of_another_instant_it_lets_evidence_age(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    then = (clock() + timedelta(days=100)).isoformat()

    alone = what_if(gateproof, as_of=then)
    renewed = what_if(gateproof, as_of=then, conversations=talks(*"abc"), citations=cited(*"abc"))
    before = what_if(gateproof, as_of="2026-01-01T00:00:00Z", conversations=talks("a"))

    assert (alone["verdict"], renewed["verdict"]) == ("blocked", "ready")
    assert before["not_evaluable"]["code"] == "NOT_YET_RECORDED"


def test_a_theme_is_shared_by_what_is_supposed_and_what_is_on_record(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    gateproof.review("G1", "go")
    for _ in range(2):
        gateproof.cite(gateproof.talk(themes=["Late news"]), PROBLEM)

    verdict = what_if(
        gateproof,
        conversations=talks("a", themes=["late  NEWS"]),
        citations=cited("a", decisions=(PROBLEM,)),
    )

    pattern = next(one for one in verdict["decisions"][0]["criteria"] if one["kind"] == "pattern")
    assert (pattern["actual"], pattern["shared"]["label"]) == (3, "Late news")


def test_another_portfolios_conversation_is_refused_as_a_ghost_is(gateproof: Gateproof) -> None:
    gateproof.begin()
    own = gateproof.talk()
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.customer("foreign", portfolio="water")
    foreign = gateproof.talk("foreign", portfolio="water")

    answers = [
        what_if(gateproof, 422, citations=cited(id, decisions=(PROBLEM,))) for id in (foreign, "ghost")
    ]

    assert answers[0]["errors"] == answers[1]["errors"]
    assert answers[0]["errors"][0]["field"] == "body.citations.0.conversation"
    assert what_if(gateproof, citations=cited(own, decisions=(PROBLEM,)))["decisions"][0]["criteria"][0][
        "actual"
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"gate": "G9"}, "body.gate"),
        ({"process_version": 77}, "body.process_version"),
        ({"withdrawals": ["ghost"]}, "body.withdrawals.0"),
        ({"conversations": talks("a", "a")}, "body.conversations.1.ref"),
        ({"conversations": talks("a", attendees=["ghost"])}, "body.conversations.0.attendees.0"),
        (
            {"conversations": talks("a"), "citations": cited("a", decisions=("colour",))},
            "body.citations.0.decision",
        ),
        ({"conversations": talks("a", summary="Words")}, "body.conversations.0.summary"),
    ],
)
def test_what_cannot_be_supposed_is_said(gateproof: Gateproof, body: Body, field: str) -> None:
    gateproof.begin()

    assert what_if(gateproof, 422, **body)["errors"][0]["field"] == field
