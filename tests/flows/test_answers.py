"""Contradictions are answered, one by one, by the decision's owner."""

import pytest

from service.store.sql.engine import Database
from tests.audit.tampering import tamper
from tests.conftest import FixedClock, World
from tests.gateproof import Body, Gateproof

ANSWER = "True for firms with a buyer, and we build for those without one."


@pytest.fixture
def starting_state() -> World:
    return contradicted


def contradicted(gateproof: Gateproof, _: FixedClock) -> str:
    """A contradiction of the one decision on which the concept is otherwise ready for S2."""
    gateproof.begin("starter")
    for decision in ("problem", "value_proposition"):
        gateproof.state(decision)
    for _ in range(3):
        talk = gateproof.talk()
        gateproof.cite(talk, "problem")
        gateproof.cite(talk, "value_proposition")
    gateproof.review("S1", "go")
    return str(gateproof.cite(gateproof.talk(), "problem", "contradicts")["id"])


@pytest.fixture
def contradiction(world: str) -> str:
    """Its citation's id."""
    return world


def criterion(gateproof: Gateproof) -> Body:
    answer: Body = gateproof.readiness()["gate_criteria"][0]
    return answer


def test_a_contradiction_blocks_until_it_is_answered(gateproof: Gateproof, contradiction: str) -> None:
    assert gateproof.readiness()["blocking"] == ["s2-contradictions"]
    assert criterion(gateproof)["unanswered"] == [contradiction]

    answered = gateproof.answer(contradiction, ANSWER)

    assert [(a["version"], a["answer"], a["answered_by"]) for a in answered["answers"]] == [
        (1, ANSWER, "admin")
    ]
    assert gateproof.readiness()["verdict"] == "ready"
    assert [e["citation"] for e in criterion(gateproof)["evidence"]] == [contradiction]


def test_withdrawal_does_not_make_it_disappear(gateproof: Gateproof, contradiction: str) -> None:
    conversation = gateproof.get(f"/concepts/tariff-radar/citations/{contradiction}")["conversation"]
    gateproof.withdraw(contradiction)
    gateproof.post(f"/conversations/{conversation}/withdraw", {"reason": "Inconvenient"}, 200)

    assert criterion(gateproof)["unanswered"] == [contradiction]
    gateproof.answer(contradiction, ANSWER)
    assert criterion(gateproof)["outcome"] == "met"


def test_only_the_owner_answers(gateproof: Gateproof, contradiction: str) -> None:
    stated = gateproof.get("/concepts/tariff-radar/decisions/problem")
    gateproof.restate("problem", stated["statement"], owner="pm-1")

    refused = gateproof.answer(contradiction, ANSWER, status=403)

    assert "pm-1" in refused["errors"][0]["remedy"]
    gateproof.restate("problem", stated["statement"], owner="admin")
    gateproof.answer(contradiction, ANSWER)


def test_whoever_is_made_the_owner_in_the_table_does_not_answer(
    gateproof: Gateproof, db: Database, contradiction: str
) -> None:
    stated = gateproof.get("/concepts/tariff-radar/decisions/problem")
    gateproof.restate("problem", stated["statement"], owner="pm-1")
    tamper(db, "UPDATE decisions SET owner = 'admin', version = 7")
    gateproof.answer(contradiction, ANSWER, status=403)
    assert criterion(gateproof)["unanswered"] == [contradiction]


def test_an_answer_is_not_a_copy_of_another(gateproof: Gateproof, contradiction: str) -> None:
    mixed = gateproof.cite(gateproof.talk(), "problem", "mixed")["id"]
    gateproof.answer(contradiction, ANSWER)

    assert gateproof.answer(mixed, ANSWER.upper(), status=422)["errors"][0]["field"] == "body.answer"
    assert criterion(gateproof)["unanswered"] == [mixed]
    gateproof.answer(mixed, "They would pay, only not for the smallest sites.")
    assert criterion(gateproof)["unanswered"] == []


def test_it_is_answered_once(gateproof: Gateproof, contradiction: str) -> None:
    gateproof.answer(contradiction, ANSWER)

    refused = gateproof.answer(contradiction, "On second thoughts...", status=409)

    assert refused["type"].endswith("/already-answered")


def test_support_wants_no_answer(gateproof: Gateproof, contradiction: str) -> None:
    support = gateproof.get("/concepts/tariff-radar/citations")["items"][0]["id"]

    assert gateproof.answer(support, ANSWER, status=422)["errors"][0]["field"] == "path.citation"
