"""What has no word in it is no evidence, and what repeats counts once."""

import pytest

from tests.gateproof import Gateproof


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.state("problem")
    return gateproof


def test_an_answer_and_a_note_say_something(begun: Gateproof) -> None:
    against = begun.cite(begun.talk(), "problem", "contradicts")["id"]
    begun.post(f"/concepts/tariff-radar/citations/{against}/answer", {"answer": "..."}, 422)
    note = {"gate": "G2", "note": "."}
    begun.post("/concepts/tariff-radar/disconfirmation-notes", note, 422)


def test_quotes_commitments_and_spending_count_by_their_words(begun: Gateproof) -> None:
    begun.talk(
        quotes=[{"text": text} for text in ("Too late.", "too late", "…", "It hurts")],
        commitments=[{"kind": "money", "text": "-"}, {"kind": "time", "text": "An hour a week"}],
        past_spend="-",
    )
    facts = begun.get("/events", type="conversation.recorded")["items"][-1]["data"]
    assert (facts["quotes"], facts["commitments"], facts["past_spend"]) == (2, ["time"], False)


def test_a_space_restates_nothing(begun: Gateproof) -> None:
    body = {"statement": "What we hold about problem. ", "owner": "admin"}
    path = "/concepts/tariff-radar/decisions/problem"
    assert begun.put(path, body, 200, **{"If-Match": '"1"'})["version"] == 1


@pytest.mark.parametrize("ref", ["pm-2", "PM-1"])
def test_a_colleague_is_no_customer_whatever_they_are_called(begun: Gateproof, ref: str) -> None:
    begun.post("/people", {"key": "pm-2", "name": "Second", "function": "product"})
    talk = begun.talk(participants=[{"ref": ref, "colleague": False}])
    codes = [each["code"] for each in begun.cite(talk, "problem")["not_counted"]]
    assert codes == ["NOT_INDEPENDENT"]


def test_the_organisation_is_no_portfolio(begun: Gateproof) -> None:
    body = {"key": "x", "portfolio": "organisation", "segment": "smb", "relationship": "prospect"}
    assert begun.post("/customers", body, 422)["errors"][0]["field"] == "body.portfolio"
