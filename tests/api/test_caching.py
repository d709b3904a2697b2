"""Readiness is polled: it says when nothing has changed, and is never kept by anybody in between."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from tests.conftest import FixedClock
from tests.contract.operations import guarded, operations
from tests.contract.story import tell
from tests.gateproof import Body, Gateproof

PATH = "/v1/concepts/tariff-radar/readiness"


@pytest.fixture
def etag(gateproof: Gateproof) -> str:
    """Of a concept that is ready at G1."""
    gateproof.begin()
    gateproof.ready_at_g1()
    response: str = gateproof.client.get(PATH).headers["ETag"]
    return response


def test_it_may_be_kept_by_the_one_who_asked_and_is_asked_for_each_time(
    client: TestClient, etag: str
) -> None:
    for answer in (client.get(PATH), client.get(PATH, headers={"If-None-Match": etag})):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Vary"] == "Authorization"
        assert answer.headers["ETag"] == etag


def test_what_was_read_before_is_not_sent_again(client: TestClient, etag: str) -> None:
    for known in (etag, f"W/{etag}", f'"other", {etag}', f'"other",W/{etag}', "*"):
        answer = client.get(PATH, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
    for other in ('"other"', etag.strip('"'), f'"{etag}"', ""):
        assert client.get(PATH, headers={"If-None-Match": other}).status_code == 200, other


def test_it_stays_the_same_until_the_instant_that_it_names(
    client: TestClient, clock: FixedClock, etag: str
) -> None:
    for _ in range(3):
        verdict = client.get(PATH).json()
        changes_at = datetime.fromisoformat(verdict["next_change_at"])
        before = client.get(PATH).headers["ETag"]
        clock.instant = changes_at - timedelta(microseconds=1)
        answer = client.get(PATH)
        assert (answer.headers["ETag"], _but_as_of(answer.json())) == (before, _but_as_of(verdict))
        clock.instant = changes_at
        answer = client.get(PATH, headers={"If-None-Match": before})
        assert answer.status_code == 200
        assert _but_as_of(answer.json()) != _but_as_of(verdict)


def test_it_changes_with_whatever_the_verdict_reads(gateproof: Gateproof, etag: str) -> None:
    client, seen = gateproof.client, {etag}
    talk = gateproof.talk()
    seen.add(client.get(PATH).headers["ETag"])
    gateproof.cite(talk, "problem")
    seen.add(client.get(PATH).headers["ETag"])
    gateproof.restate("problem", "Something else")
    seen.add(client.get(PATH).headers["ETag"])
    assert len(seen) == 4


def test_it_does_not_change_with_what_happens_to_another_concept(gateproof: Gateproof, etag: str) -> None:
    gateproof.concept("other", team=[], primary_segment="large")
    gateproof.state("problem", "other")
    assert gateproof.client.get(PATH).headers["ETag"] == etag


def test_a_pipeline_fails_until_the_gate_is_ready(gateproof: Gateproof) -> None:
    gateproof.begin()
    blocked = gateproof.client.get(PATH, params={"require": "ready"})
    assert (blocked.status_code, blocked.headers["content-type"]) == (409, "application/problem+json")
    assert blocked.json()["type"] == "/problems/gate-not-ready"
    assert _but_as_of(blocked.json()["readiness"]) == _but_as_of(gateproof.readiness())
    known = gateproof.client.get(PATH).headers["ETag"]
    again = gateproof.client.get(PATH, params={"require": "ready"}, headers={"If-None-Match": known})
    assert again.status_code == 409
    gateproof.ready_at_g1()
    assert gateproof.client.get(PATH, params={"require": "ready"}).status_code == 200


def test_a_pipeline_that_asks_the_wrong_question_gets_no_pass(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    position = gateproof.readiness()["position"]
    gateproof.review("G1", "go")
    for query, refusal in (
        ({}, "gate-not-ready"),
        ({"gate": "G2"}, "gate-not-ready"),
        ({"gate": "G1"}, "gate-not-next"),
        ({"position": position}, "hypothetical"),
        ({"as_of": "2026-06-01T00:00:00Z"}, "hypothetical"),
    ):
        answer = gateproof.client.get(PATH, params={"require": "ready", **query})
        assert (answer.status_code, answer.json()["type"]) == (409, f"/problems/{refusal}"), query


def test_nothing_else_is_kept_by_anybody(client: TestClient) -> None:
    list(tell(client))
    for operation in operations():
        if operation.method == "GET" and operation.id != "get_readiness":
            answer = client.get(operation.at(concept="tariff-radar", process="one-gate"))
            assert answer.headers["Cache-Control"] == "no-store", operation.id


def test_every_answer_tells_browsers_to_be_careful(client: TestClient) -> None:
    for path in [operation.at() for operation in guarded()] + ["/livez", "/docs", "/nothing"]:
        headers = client.get(path, headers={"X-Request-Id": "of-mine.7"}).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Request-Id"] == "of-mine.7"
    for odd in ("", "a b", "k" * 65, "<x>", "\xff"):
        given = client.get("/livez", headers={"X-Request-Id": odd.encode("latin-1")})
        assert given.headers["X-Request-Id"] not in ("", odd)


def _but_as_of(verdict: Body) -> Body:
    return {name: value for name, value in verdict.items() if name != "as_of"}
