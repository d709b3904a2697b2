"""A tool brings its conversations in one call: all of them or each, and once however often it is sent."""

import pytest

from service.api.routes import conversations as routes
from service.usecases.evidence import bulk
from tests.gateproof import Body, Gateproof, summary


def conversation(n: int, **other: object) -> Body:
    talk = {"portfolio": "energy", "kind": "interview", "held_at": "2026-11-03T09:00:00Z", "customer": "acme"}
    return talk | {"summary": summary(n)} | other


def send(gateproof: Gateproof, mode: str, *talks: Body, status: int = 200, **headers: str) -> Body:
    return gateproof.post("/conversations/bulk", {"mode": mode, "conversations": talks}, status, **headers)


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.customer("acme")
    return gateproof


def ids(gateproof: Gateproof) -> list[str]:
    return [each["id"] for each in gateproof.get("/conversations", limit=200)["items"]]


def test_of_each_there_is_a_result_or_a_problem(begun: Gateproof) -> None:
    unknown = conversation(2, customer="nobody", themes=["never kept"])
    answer = send(begun, "each", conversation(1), unknown, conversation(3, kind="survey"))
    first, wrong, survey = answer["items"]
    assert (answer["recorded"], answer["problems"]) == (2, 1)
    assert wrong["problem"]["errors"][0]["field"] == "body.conversations.1.customer"
    assert ids(begun) == [first["conversation"]["id"], survey["conversation"]["id"]]
    assert "KIND_NOT_EVIDENCE" in [each["code"] for each in survey["conversation"]["not_counted"]]
    assert begun.get("/audit/verify")["ok"] is True


def test_of_all_the_first_problem_refuses_all(begun: Gateproof) -> None:
    known = begun.events()
    refused = send(begun, "all", conversation(1), conversation(2, customer="nobody"), status=422)
    assert [each["field"] for each in refused["errors"]] == ["body.conversations.1.customer"]
    assert (begun.events(), ids(begun)) == (known, [])
    answer = send(begun, "all", conversation(1), conversation(2))
    assert ids(begun) == [each["conversation"]["id"] for each in answer["items"]]


def test_they_are_of_one_portfolio_that_is_seen(begun: Gateproof) -> None:
    begun.post("/portfolios", {"key": "water", "name": "Water"})
    for mode in ("all", "each"):
        refused = send(begun, mode, conversation(1), conversation(2, portfolio="water"), status=422)
        assert refused["errors"][0]["field"] == "body.conversations.1.portfolio"
        refused = send(begun, mode, conversation(1, portfolio="nowhere"), status=422)
        assert refused["errors"][0]["field"] == "body.conversations.0.portfolio"


@pytest.mark.parametrize("mode", ["all", "each"])
def test_sent_again_with_its_key_it_records_nothing_twice(begun: Gateproof, mode: str) -> None:
    talks = [conversation(n) for n in range(3)]
    first = send(begun, mode, *talks, **{"Idempotency-Key": "sync"})
    assert send(begun, mode, *talks, **{"Idempotency-Key": "sync"}) == first
    assert len(ids(begun)) == 3


def test_what_was_broken_off_goes_on_where_it_was(begun: Gateproof, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "BATCH", 2)
    talks, really = [conversation(n) for n in range(5)], bulk.record_each

    def fail_at_the_second(*args: object) -> object:
        if args[-1]:
            raise RuntimeError
        return really(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(bulk, "record_each", fail_at_the_second)
        send(begun, "each", *talks, status=500, **{"Idempotency-Key": "sync"})
    before = ids(begun)
    assert len(before) == 2
    answer = send(begun, "each", *talks, **{"Idempotency-Key": "sync"})
    assert [each["conversation"]["id"] for each in answer["items"]] == ids(begun)
    assert ids(begun)[:2] == before


def test_a_thousand_of_them_are_taken_and_no_more(begun: Gateproof) -> None:
    long = " ".join(["word"] * 290)
    talks = [conversation(n, summary=f"{n} {long}") for n in range(1000)]
    assert send(begun, "each", *talks)["recorded"] == 1000
    assert (
        send(begun, "each", *talks, conversation(1), status=422)["errors"][0]["field"] == "body.conversations"
    )
