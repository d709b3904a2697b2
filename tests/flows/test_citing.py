"""Citing: once per stance, open to everybody, and never counted beside a contradiction."""

from typing import Any

import pytest

from tests.gateproof import Body, Gateproof

COPIED = {"shaped": {"effect": "confirmed", "note": "They hear of it too late."}}


@pytest.fixture
def stated(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.state("problem")
    gateproof.state("target_customer")
    return gateproof


def codes(citation: Body) -> list[str]:
    return [reason["code"] for reason in citation["not_counted"]]


def reread(gateproof: Gateproof, citation: Body) -> Body:
    return gateproof.get(f"/concepts/tariff-radar/citations/{citation['id']}")


def test_a_conversation_is_cited_once_for_a_statement_with_a_stance(stated: Gateproof) -> None:
    talk = stated.talk()
    made = stated.cite(talk, "problem")

    refused = stated.cite(talk, "problem", status=409)

    assert refused["type"].endswith("/already-cited")
    assert made["id"] in refused["errors"][0]["rule"]
    stated.cite(talk, "target_customer")


def test_who_cites_first_as_support_locks_nobody_out_from_contradicting(stated: Gateproof) -> None:
    talk = stated.talk()
    support = stated.cite(talk, "problem")
    assert support["counts"]

    contradiction = stated.cite(talk, "problem", "contradicts")

    assert contradiction["stance"] == "contradicts"
    assert codes(reread(stated, support)) == ["CONTRADICTED"]


def test_withdrawing_the_contradiction_does_not_bring_the_support_back(stated: Gateproof) -> None:
    talk = stated.talk()
    support = stated.cite(talk, "problem")
    contradiction = stated.cite(talk, "problem", "contradicts")

    stated.withdraw(contradiction["id"])

    assert codes(reread(stated, support)) == ["CONTRADICTED"]
    stated.withdraw(support["id"])
    assert codes(stated.cite(talk, "problem")) == ["CONTRADICTED"]


def test_withdrawn_by_mistake_it_can_be_cited_again(stated: Gateproof) -> None:
    talk = stated.talk()
    first = stated.cite(talk, "problem", **COPIED)

    withdrawn = stated.withdraw(first["id"])
    again = stated.cite(talk, "problem", **COPIED)

    assert codes(withdrawn) == ["WITHDRAWN"]
    assert again["counts"]
    assert again["id"] != first["id"]


def test_a_citation_is_withdrawn_once(stated: Gateproof) -> None:
    citation = stated.cite(stated.talk(), "problem")
    stated.withdraw(citation["id"])

    assert stated.withdraw(citation["id"], status=409)["type"].endswith("/already-withdrawn")


def test_the_same_shaping_again_on_the_decision_does_not_count(stated: Gateproof) -> None:
    first = stated.cite(stated.talk(), "problem", **COPIED)
    louder = {"shaped": {"effect": "confirmed", "note": "THEY hear of it - too late"}}

    assert codes(stated.cite(stated.talk(), "problem", **louder)) == ["SHAPING_COPIED"]
    assert not stated.cite(stated.talk(), "target_customer", **louder)["counts"]
    assert reread(stated, first)["counts"]


UNSHAPED: list[Any] = [
    None,
    {"effect": "confirmed"},
    {"effect": "changed", "from": "Too late", "to": "too late!"},
    {"effect": "changed", "to": "They hear too late"},
    {"effect": "dropped", "note": "..."},
]


def test_without_a_word_on_how_it_shaped_the_decision_it_does_not_count(stated: Gateproof) -> None:
    for shaped in UNSHAPED:
        citation = stated.cite(stated.talk(), "problem", shaped=shaped)
        assert codes(citation) == ["SHAPING_MISSING"], shaped


def test_only_support_supports(stated: Gateproof) -> None:
    for stance in ("mixed", "neutral", "contradicts"):
        stated.cite(stated.talk(), "problem", stance)

    criterion = stated.readiness()["decisions"][0]["criteria"][0]
    assert (criterion["actual"], criterion["evidence"]) == (0, [])


NOT_COUNTED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "survey"}, "KIND_NOT_EVIDENCE"),
    ({"days_ago": 90}, "TOO_OLD"),
    ({"duration_minutes": None}, "TOO_SHORT"),
    ({"duration_minutes": 14}, "TOO_SHORT"),
    ({"summary": "They are happy."}, "SUMMARY_TOO_THIN"),
    ({"attendees": []}, "NOT_FIRST_HAND"),
    ({"attendees": ["admin"]}, "NOT_FIRST_HAND"),
    ({"participants": []}, "NOT_INDEPENDENT"),
    ({"participants": [{"ref": "p1", "colleague": True}]}, "NOT_INDEPENDENT"),
    ({"participants": [{"ref": "p1"}]}, "NOT_INDEPENDENT"),
    ({"participants": [{"ref": "pm-1", "colleague": False}]}, "NOT_INDEPENDENT"),
    ({"solution_shown": True}, "SOLUTION_SHOWN"),
    ({"solution_shown": None}, "SOLUTION_SHOWN"),
    ({"consent": "none"}, "CONSENT_WITHDRAWN"),
]


def test_what_does_not_count_is_stored_shown_and_explained(stated: Gateproof) -> None:
    expected = []
    for fields, code in NOT_COUNTED:
        citation = stated.cite(stated.talk(**fields), "problem")
        assert codes(citation) == [code], fields
        expected.append((citation["id"], code))

    verdict = stated.readiness()
    assert [(entry["citation"], entry["code"]) for entry in verdict["not_counted"]] == expected
    assert all(entry["message"] for entry in verdict["not_counted"])
    assert verdict["decisions"][0]["criteria"][0]["actual"] == 0


def test_the_list_of_citations_says_which_count(stated: Gateproof) -> None:
    good = stated.cite(stated.talk(), "problem")
    bad = stated.cite(stated.talk(kind="report"), "target_customer")

    listed = stated.get("/concepts/tariff-radar/citations")["items"]
    assert [(c["id"], c["counts"]) for c in listed] == [(good["id"], True), (bad["id"], False)]
    problem = stated.get("/concepts/tariff-radar/citations", decision="problem")["items"]
    assert [c["id"] for c in problem] == [good["id"]]
