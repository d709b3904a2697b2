"""The busiest writes answer directly what FastAPI would have answered, whatever is sent."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.fast import directly
from service.store.sql.engine import Database
from tests.conftest import TOKEN, FixedClock
from tests.gateproof import SUMMARY, Gateproof

TALK: dict[str, Any] = {
    "portfolio": "energy",
    "kind": "interview",
    "held_at": "2026-11-01T09:00:00+01:00",
    "duration_minutes": 30,
    "customer": "acme",
    "participants": [{"ref": "p1"}],
    "attendees": ["pm-1", "admin"],
    "summary": SUMMARY,
    "quotes": [{"text": "I find out when it hurts.", "participant": "p1"}],
    "themes": ["late news"],
    "consent": "quote_internally",
}
HOLD = {"gate": "G1", "outcome": "hold", "rationale": "Two more first."}
JSON = {"Content-Type": "application/json"}


def _json(**said: Any) -> bytes:
    return orjson.dumps(TALK | said)


BODIES = {
    "as it should be": _json(),
    "an unknown field": _json(mood="good"),
    "a minute that is a fraction": _json(duration_minutes=30.0),
    "a flag that is a number": _json(solution_shown=1),
    "a summary of blanks": _json(summary=" "),
    "an instant that is a number": _json(held_at=1762000000),
    "another customer": _json(customer="nobody"),
    "a field twice": _json()[:-1] + b',"kind":"sales_call"}',
    "not a number": _json(duration_minutes=7).replace(b":7,", b":NaN,"),
    "half a surrogate": _json(summary="half").replace(b'"half"', b'"half \\ud800"'),
    "UTF-16": _json().decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + _json(),
    "a control character": _json(summary="half").replace(b'"half"', b'"ha\tlf"'),
    "no UTF-8": _json(summary="half").replace(b'"half"', b'"h\xff"'),
    "broken off": _json()[:-3],
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
}
HEADERS: dict[str, dict[str, str]] = {
    "JSON": JSON,
    "a key": JSON | {"Idempotency-Key": "once"},
    "an empty key": JSON | {"Idempotency-Key": ""},
    "a long key": JSON | {"Idempotency-Key": "k" * 256},
    "a key of other letters": JSON | {"Idempotency-Key": "\xe9".encode("latin-1").decode("latin-1")},
    "JSON and more": {"Content-Type": "application/json; charset=utf-8"},
    "something else": {"Content-Type": "text/plain"},
    "nothing said": {},
}


@pytest.fixture
def fastapi(db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The same service, all of whose routes go FastAPI's way."""
    monkeypatch.setattr(directly, "BUSIEST", frozenset())
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(db, clock), headers=headers, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.customer("acme")
    return gateproof


PER_REQUEST = {"x-request-id", "location", "content-length", "date"}
PER_RECORD = {"id", "digest", "request_id", "position", "readiness", "as_of"}


def _answer(client: TestClient, path: str, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
    answer = client.post(path, content=body, headers={k: v.encode("latin-1") for k, v in headers.items()})
    said = {name: value for name, value in answer.json().items() if name not in PER_RECORD}
    kept = [(name, value) for name, value in answer.headers.items() if name not in PER_REQUEST]
    return answer.status_code, list(said.items()), kept


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_conversation_is_answered_the_same(
    begun: Gateproof, fastapi: TestClient, body: bytes, headers: dict[str, str]
) -> None:
    direct = _answer(begun.client, "/v1/conversations", body, headers)
    assert direct == _answer(fastapi, "/v1/conversations", body, headers)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "said",
    [{}, {"outcome": "go"}, {"gate": "G9"}, {"outcome": "win"}, {"override": {"reason": "So."}}],
    ids=str,
)
def test_a_decision_is_answered_the_same(begun: Gateproof, fastapi: TestClient, said: dict[str, Any]) -> None:
    path, body = "/v1/concepts/tariff-radar/reviews", orjson.dumps(HOLD | said)
    assert _answer(begun.client, path, body, JSON) == _answer(fastapi, path, body, JSON)
    assert _answer(begun.client, f"{path}?mood=good", body, JSON) == _answer(
        fastapi, f"{path}?mood=good", body, JSON
    )


def test_what_was_written_is_answered_as_it_is_read(begun: Gateproof) -> None:
    """Without being read back."""
    made = begun.post("/conversations", TALK | {"external": [{"system": "notes", "id": "n-1"}]})
    assert list(made.items()) == list(begun.get(f"/conversations/{made['id']}").items())
    held = begun.post("/concepts/tariff-radar/reviews", HOLD)
    assert held == begun.get(f"/concepts/tariff-radar/reviews/{held['id']}")


def test_a_key_answers_again_what_it_made(begun: Gateproof) -> None:
    for path, body in (("/conversations", TALK), ("/concepts/tariff-radar/reviews", HOLD)):
        first = begun.post(path, body, **{"Idempotency-Key": "once"})
        assert begun.post(path, body, **{"Idempotency-Key": "once"}) == first
