"""Many named concepts, one call: answers in order, and a problem where there is none."""

from tests.gateproof import Body, Gateproof


def ask(gateproof: Gateproof, *items: Body, status: int = 200, **headers: str) -> Body:
    return gateproof.post("/readiness/batch", {"concepts": items}, status, **headers)


def test_answers_come_in_order_with_a_problem_for_what_cannot_be_answered(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    gateproof.concept("second")

    answer = ask(
        gateproof,
        {"concept": "second"},
        {"concept": "nobodys"},
        {"concept": "tariff-radar"},
        {"concept": "tariff-radar", "gate": "G9"},
        {"concept": "second", "external": "jira:PRD-12"},
        {},
        {"concept": "second"},
    )

    assert answer["counts"] == {"ready": 1, "waived": 0, "blocked": 2, "not_evaluable": 0, "problems": 4}
    assert answer["ready"] is False
    second, ghost, first, *wrong, again = answer["items"]
    assert (second["readiness"], first["readiness"]) == (gateproof.readiness("second"), gateproof.readiness())
    assert second == again
    assert (ghost["readiness"], ghost["problem"]["type"]) == (None, "/problems/not-found")
    fields = [each["problem"]["errors"][0]["field"] for each in wrong]
    assert fields == ["body.concepts.3.gate", "body.concepts.4", "body.concepts.5"]


def test_it_is_ready_only_if_all_of_them_are(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    first = {"concept": "tariff-radar"}
    assert ask(gateproof, first, first)["ready"] is True
    assert ask(gateproof, first, {**first, "gate": "G3"})["ready"] is False
    assert ask(gateproof, first, {"concept": "nobodys"})["ready"] is False


def test_a_concept_is_named_by_its_id_elsewhere(gateproof: Gateproof) -> None:
    gateproof.begin(external=[{"system": "jira", "id": "PRD:12"}])
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.concept("wet", portfolio="water", external=[{"system": "jira", "id": "PRD:12"}])
    both = {"external": "jira:PRD:12"}

    several, mine, other, none, no_id = ask(
        gateproof,
        both,
        {**both, "portfolio": "energy"},
        {**both, "portfolio": "water"},
        {**both, "portfolio": "nowhere"},
        {"external": "jira"},
    )["items"]

    assert several["problem"]["errors"][0]["remedy"] == "name the portfolio beside it"
    assert (mine["readiness"]["concept"], other["readiness"]["concept"]) == ("tariff-radar", "wet")
    assert none["problem"]["status"] == 404
    assert no_id["problem"]["errors"][0]["field"] == "body.concepts.4.external"
    token = {"name": "ci", "role": "bot", "portfolios": ["water"]}
    headers = {"Authorization": f"Bearer {gateproof.post('/tokens', token)['token']}"}
    seen, foreign = ask(gateproof, both, {"concept": "tariff-radar"}, **headers)["items"]
    assert seen["readiness"]["concept"] == "wet"
    assert "gate_title" not in seen["readiness"]
    assert foreign["problem"] == none["problem"]


def test_five_hundred_are_answered_and_no_more(gateproof: Gateproof) -> None:
    gateproof.begin()
    first = {"concept": "tariff-radar"}
    assert ask(gateproof, *[first] * 500)["counts"]["blocked"] == 500
    [error] = ask(gateproof, *[first] * 501, status=422)["errors"]
    assert error["field"] == "body.concepts"
    assert "500" in error["rule"]
    ask(gateproof, status=422)
