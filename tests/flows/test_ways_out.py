"""Slips, admissions and other wordings over the API: confirmed by a gatekeeper who is no party."""

import pytest

from tests.gateproof import Body, Gateproof

REASON = {"reason": "He rang me himself, and said so"}
CITATIONS = "/concepts/tariff-radar/citations"
PROBLEM = "/concepts/tariff-radar/decisions/problem"


@pytest.fixture
def concept(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.state("problem")
    return gateproof


def confirm(concept: Gateproof, path: str, status: int = 200) -> Body:
    return concept.post(path, REASON, status, **concept.gatekeeper())


def test_a_wrong_button_costs_no_talk(concept: Gateproof) -> None:
    talk = concept.talk()
    wrong = concept.cite(talk, "problem", "contradicts")["id"]
    assert not concept.cite(talk, "problem")["counts"]
    confirm(concept, f"{CITATIONS}/{wrong}/slip", 422)
    concept.post(f"{CITATIONS}/{wrong}/withdraw", REASON, 200)
    concept.post(f"{CITATIONS}/{wrong}/slip", REASON, 403)
    slip = confirm(concept, f"{CITATIONS}/{wrong}/slip")["slip"]
    assert (slip["by"], slip["reason"]) == ("gate-1", REASON["reason"])
    assert concept.get(f"{CITATIONS}?decision=problem")["items"][1]["counts"]


def test_a_short_talk_that_was_enough_is_admitted_once(concept: Gateproof) -> None:
    short, other = (concept.cite(concept.talk(duration_minutes=12), "problem")["id"] for _ in range(2))
    [missing] = concept.get(f"{CITATIONS}/{short}")["not_counted"]
    assert f"{short}/admit" in missing["remedy"]
    admitted = confirm(concept, f"{CITATIONS}/{short}/admit")
    assert (admitted["counts"], admitted["admission"]["codes"]) == (True, ["TOO_SHORT"])
    assert admitted["admission"]["reason"] == REASON["reason"]
    shown = [
        each["admitted"]
        for criterion in concept.readiness()["decisions"][0]["criteria"]
        for each in criterion["evidence"]
    ]
    assert shown
    assert all(each["by"] == "gate-1" for each in shown)
    confirm(concept, f"{CITATIONS}/{other}/admit", 422)


def test_why_it_was_admitted_is_erased_with_the_talk(concept: Gateproof) -> None:
    concept.customer("gone")
    short = concept.cite(concept.talk("gone", duration_minutes=12), "problem")["id"]
    confirm(concept, f"{CITATIONS}/{short}/admit")
    concept.post("/customers/gone/erase", REASON, 200)
    assert concept.get(f"{CITATIONS}/{short}")["admission"]["reason"] == ""
    assert concept.get("/audit/verify")["ok"]


def test_a_typo_in_the_statement_costs_no_citation(concept: Gateproof) -> None:
    made = concept.cite(concept.talk(), "problem")["id"]
    body = {"statement": "The same in other words", "owner": "pm-1", "wording_only": True}
    restated = concept.client.put(f"/v1{PROBLEM}", json=body, headers={"If-Match": '"1"'})
    assert restated.status_code == 200
    assert concept.readiness()["decisions"][0]["wording_only"] == "pending"
    assert not concept.get(f"{CITATIONS}/{made}")["counts"]
    concept.post(f"{PROBLEM}/wording", REASON, 403)
    confirm(concept, f"{PROBLEM}/wording")
    assert concept.get(f"{CITATIONS}/{made}")["counts"]
    assert concept.readiness()["decisions"][0]["wording_only"] == "confirmed"
    first, second = concept.get(f"{PROBLEM}/versions")["items"]
    assert (first["wording_of"], second["wording_of"]) == (None, 1)
    assert first["statement"] != second["statement"]
    assert second["wording_confirmed"]["by"] == "gate-1"
    confirm(concept, f"{PROBLEM}/wording", 422)
