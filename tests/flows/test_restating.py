"""A decision that changes must be justified again; what spoke against it must be answered again."""

import pytest

from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof

NEWER = "Small firms find out too late because nobody reads the notices"


def problem_of(verdict: Body, key: str = "problem") -> Body:
    return next(decision for decision in verdict["decisions"] if decision["key"] == key)


def not_counted(verdict: Body) -> set[tuple[str, str]]:
    return {(entry["decision"], entry["code"]) for entry in verdict["not_counted"]}


def test_support_for_the_old_statement_no_longer_counts(gateproof: Gateproof) -> None:
    gateproof.begin()
    talks = gateproof.ready_at_g1()

    restated = gateproof.restate("problem", NEWER)

    assert (restated["version"], restated["revision"]) == (2, 2)
    verdict = gateproof.readiness()
    assert verdict["blocking"] == ["g1-problem-heard", "g1-problem-conversations", "g1-problem-customers"]
    assert not_counted(verdict) == {("problem", "OLD_STATEMENT")}
    for talk in talks:
        gateproof.cite(talk, "problem")
    assert gateproof.readiness()["verdict"] == "ready"


def test_going_back_to_the_old_words_is_a_new_statement_too(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    first = gateproof.get("/concepts/tariff-radar/decisions/problem")["statement"]

    gateproof.restate("problem", NEWER)
    back = gateproof.restate("problem", first)

    assert back["version"] == 3
    assert gateproof.readiness()["verdict"] == "blocked"


def test_every_wording_stays_readable(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.state("problem", statement="First", alternatives=[{"statement": "A", "why_not": "B"}])
    gateproof.restate("problem", NEWER)

    versions = gateproof.get("/concepts/tariff-radar/decisions/problem/versions")["items"]

    assert [(v["version"], v["statement"]) for v in versions] == [(1, "First"), (2, NEWER)]
    assert versions[0]["alternatives"] == [{"statement": "A", "why_not": "B"}]


@pytest.fixture
def contradicted(gateproof: Gateproof) -> str:
    """The id of a contradiction that is answered; the concept is ready for S2 otherwise."""
    gateproof.begin("starter")
    for decision in ("problem", "value_proposition"):
        gateproof.state(decision)
    for _ in range(3):
        talk = gateproof.talk()
        gateproof.cite(talk, "problem")
        gateproof.cite(talk, "value_proposition")
    gateproof.review("S1", "go")
    citation = str(gateproof.cite(gateproof.talk(), "value_proposition", "contradicts")["id"])
    gateproof.answer(citation, "They buy through an agent, whom we do not serve.")
    return citation


def test_a_contradiction_is_answered_anew_for_the_new_statement(
    gateproof: Gateproof, contradicted: str
) -> None:
    assert gateproof.readiness()["verdict"] == "ready"

    gateproof.restate("value_proposition", NEWER)
    criterion = gateproof.readiness()["gate_criteria"][0]
    assert (criterion["outcome"], criterion["unanswered"]) == ("unmet", [contradicted])

    answered = gateproof.answer(contradicted, "Notices are sent to agents too, and they do not read them.")
    assert [answer["version"] for answer in answered["answers"]] == [1, 2]
    assert gateproof.readiness()["gate_criteria"][0]["outcome"] == "met"


def test_the_old_answer_is_no_answer_to_the_new_statement(gateproof: Gateproof, contradicted: str) -> None:
    gateproof.restate("value_proposition", NEWER)

    copied = "They buy through an agent; whom we do NOT serve!"
    refused = gateproof.answer(contradicted, copied, status=422)

    assert refused["errors"][0]["field"] == "body.answer"


def test_a_passed_decision_is_asked_again_at_later_gates_with_the_criteria_it_passed(
    gateproof: Gateproof,
) -> None:
    gateproof.begin("starter")
    for decision in ("problem", "value_proposition", "solution", "price"):
        gateproof.state(decision)
    talks = [gateproof.talk(commitments=[{"kind": "time", "text": "Will test it"}]) for _ in range(3)]
    for decision in ("problem", "value_proposition", "solution", "price"):
        for talk in talks:
            gateproof.cite(talk, decision)
    gateproof.review("S1", "go")
    gateproof.review("S2", "go")
    assert gateproof.readiness()["verdict"] == "ready"

    gateproof.restate("problem", NEWER)
    verdict = gateproof.readiness()

    assert problem_of(verdict)["asked_by"] == "S2"
    assert verdict["blocking"] == ["s2-problem-heard", "s2-problem-conversations", "s2-problem-customers"]
    assert gateproof.review("S3", "go", status=409)["readiness"]["blocking"] == verdict["blocking"]
    for talk in talks:
        gateproof.cite(talk, "problem")
    assert gateproof.review("S3", "go")["stage"] == "launched"


def test_handing_a_decision_over_keeps_its_citations(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    stated = gateproof.get("/concepts/tariff-radar/decisions/problem")

    handed = gateproof.restate("problem", stated["statement"], owner="pm-1")

    assert (handed["owner"], handed["version"], handed["revision"]) == ("pm-1", 1, 2)
    verdict = gateproof.readiness()
    assert verdict["verdict"] == "ready"
    assert problem_of(verdict)["owner"] == "pm-1"


def test_who_stated_it_stays_its_author_when_it_is_handed_over(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    gateproof.begin()
    stated = gateproof.state("problem")
    clock.move(days=1)

    handed = gateproof.restate("problem", stated["statement"], owner="pm-1")
    assert (handed["stated_by"], handed["stated_at"]) == (stated["stated_by"], stated["stated_at"])
    clock.move(days=1)
    assert gateproof.restate("problem", NEWER)["stated_at"] == "2026-11-24T09:00:00Z"


def test_saying_the_same_again_changes_nothing(gateproof: Gateproof) -> None:
    gateproof.begin()
    stated = gateproof.state("problem")
    log = gateproof.events()

    assert gateproof.state("problem", status=200) == stated
    assert gateproof.events() == log
