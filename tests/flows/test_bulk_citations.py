"""A tool cites for a concept in one call: all of it or each, and once however often it is sent."""

import pytest

from service.api.routes import citations as routes
from service.usecases.evidence import bulk_citations
from tests.gateproof import Body, Gateproof

PATH = "/concepts/tariff-radar/citations"


def citation(talk: str, n: int = 0, **other: object) -> Body:
    shaped = {"effect": "confirmed", "note": f"In {talk} they said it, {n}"}
    return {"conversation": talk, "decision": "problem", "stance": "supports", "shaped": shaped} | other


def send(gateproof: Gateproof, mode: str, *cited: Body, status: int = 200, **headers: str) -> Body:
    return gateproof.post(f"{PATH}/bulk", {"mode": mode, "citations": cited}, status, **headers)


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.state("problem")
    return gateproof


def ids(gateproof: Gateproof) -> list[str]:
    return [each["id"] for each in gateproof.get(PATH, limit=200)["items"]]


def test_of_each_there_is_a_result_or_a_problem(begun: Gateproof) -> None:
    talk, thin = begun.talk(), begun.talk(duration_minutes=1)
    wrong = [
        citation(talk, decision="price"),
        citation(talk, decision="unheard-of"),
        citation("cnv_unheard-of"),
    ]
    answer = send(begun, "each", citation(talk), *wrong, citation(talk, 2), citation(thin))
    assert (answer["recorded"], answer["problems"]) == (2, 4)
    first, unstated, unasked, unknown, again, short = answer["items"]
    assert first["citation"]["counts"] is True
    assert [each["code"] for each in short["citation"]["not_counted"]] == ["TOO_SHORT"]
    fields = [each["problem"]["errors"][0]["field"] for each in (unstated, unasked, unknown, again)]
    assert fields == [
        *("body.citations.1.decision", "body.citations.2.decision"),
        *("body.citations.3.conversation", "body.citations.4.conversation"),
    ]
    assert again["problem"]["type"] == "/problems/already-cited"
    assert ids(begun) == [first["citation"]["id"], short["citation"]["id"]]
    assert begun.get("/audit/verify")["ok"] is True


def test_each_is_as_if_it_were_cited_alone(begun: Gateproof) -> None:
    one, other = begun.talk(), begun.talk()
    copy = citation(other, shaped=citation(one)["shaped"])
    made, copied = send(begun, "each", citation(one), copy)["items"]
    assert [each["code"] for each in copied["citation"]["not_counted"]] == ["SHAPING_COPIED"]
    for item in (made, copied):
        short = item["citation"]
        whole = begun.get(f"{PATH}/{short['id']}")
        assert {name: whole[name] for name in short} == short


def test_of_all_the_first_problem_refuses_all(begun: Gateproof) -> None:
    talk = begun.talk()
    known = begun.events()
    refused = send(begun, "all", citation(talk), citation("cnv_unheard-of"), status=422)
    assert [each["field"] for each in refused["errors"]] == ["body.citations.1.conversation"]
    send(begun, "all", citation(talk), citation(talk), status=409)
    assert (begun.events(), ids(begun)) == (known, [])
    answer = send(begun, "all", citation(talk), citation(begun.talk()))
    assert ids(begun) == [each["citation"]["id"] for each in answer["items"]]


def test_what_was_refused_does_not_stand_in_the_way_of_the_next(begun: Gateproof) -> None:
    talk, withdrawn = begun.talk(), begun.talk()
    begun.post(f"/conversations/{withdrawn}/withdraw", {"reason": "A cousin"}, 200)
    first, second = send(
        begun, "each", citation(withdrawn), citation(talk, shaped=citation(withdrawn)["shaped"])
    )["items"]
    assert first["problem"]["type"] == "/problems/conversation-withdrawn"
    assert second["citation"]["counts"] is True


@pytest.mark.parametrize("mode", ["all", "each"])
def test_sent_again_with_its_key_it_cites_nothing_twice(begun: Gateproof, mode: str) -> None:
    cited = [citation(begun.talk()) for _ in range(3)]
    first = send(begun, mode, *cited, **{"Idempotency-Key": "sync"})
    assert send(begun, mode, *cited, **{"Idempotency-Key": "sync"}) == first
    assert len(ids(begun)) == 3
    again = send(begun, "each", *cited)
    assert (again["recorded"], again["problems"]) == (0, 3)


def test_what_was_broken_off_goes_on_where_it_was(begun: Gateproof, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "BATCH", 2)
    cited, really = [citation(begun.talk()) for _ in range(5)], bulk_citations.cite_each

    def fail_at_the_second(*args: object) -> object:
        if args[-1]:
            raise RuntimeError
        return really(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(bulk_citations, "cite_each", fail_at_the_second)
        send(begun, "each", *cited, status=500, **{"Idempotency-Key": "sync"})
    before = ids(begun)
    assert len(before) == 2
    answer = send(begun, "each", *cited, **{"Idempotency-Key": "sync"})
    assert [each["citation"]["id"] for each in answer["items"]] == ids(begun)
    assert ids(begun)[:2] == before


def test_a_thousand_of_them_are_taken_and_no_more(begun: Gateproof) -> None:
    begun.state("target_customer")
    talks = [begun.talk() for _ in range(125)]
    stances = ("supports", "contradicts", "mixed", "neutral")
    cited = [
        citation(talk, stance=stance, decision=decision, excerpt="e" * 1200)
        for talk in talks
        for stance in stances
        for decision in ("problem", "target_customer")
    ]
    answer = send(begun, "each", *cited)
    assert (answer["recorded"], answer["problems"]) == (1000, 0)
    assert send(begun, "each", *cited, citation("x"), status=422)["errors"][0]["field"] == "body.citations"
