"""Bodies are read after the role is known, in a thread where they are large, while they are in order."""

import json
from collections.abc import Iterator
from threading import current_thread
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from service.api import guards, routing
from service.api.guards import LARGE, MOST_FIELDS
from tests.access.test_matrix import ROLES_BY_CONTRACT
from tests.access.world import OPERATIONS, ROLES
from tests.contract.operations import one_error, problem
from tests.contract.story import every_write
from tests.gateproof import Gateproof

JSON = {"Content-Type": "application/json"}
WRITES = every_write()
SURPRISES = json.dumps({f"surprise-{n}": 1 for n in range(300_000)}).encode()
BULK = ("/v1/conversations/bulk", "/v1/concepts/ghost/citations/bulk")


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each body that is read: whether in a thread of its own."""
    seen: list[bool] = []
    parse = guards._parsed

    def parsed(body: bytes) -> Any:
        seen.append(current_thread().name.startswith("AnyIO worker"))
        return parse(body)

    monkeypatch.setattr(guards, "_parsed", parsed)
    return seen


def test_nobody_learns_what_is_wrong_with_a_body_that_is_not_theirs_to_send(
    gateproof: Gateproof, threads: list[bool]
) -> None:
    gateproof.begin()
    for role in ROLES:
        person = None if role == "bot" else "pm-1"
        token = gateproof.post("/tokens", {"name": role, "role": role, "person": person})["token"]
        threads.clear()
        for operation in OPERATIONS.values():
            if operation.method == "GET" or role in ROLES_BY_CONTRACT[operation.id]:
                continue
            for body in (b"{", b'{"surprise": 1}', b"\xff"):
                answer = gateproof.client.request(
                    operation.method,
                    operation.at(),
                    content=body,
                    headers=JSON | {"Authorization": f"Bearer {token}"},
                )
                one_error(answer, 403, "header.Authorization")
        assert threads == [], role


def test_large_bodies_are_read_in_a_thread(client: TestClient, threads: list[bool]) -> None:
    for size, key in ((LARGE, "small"), (LARGE + 1, "large")):
        body = json.dumps({"key": key, "name": "b", "function": "c"}).ljust(size).encode()
        assert client.post("/v1/people", content=body, headers=JSON).status_code == 201
    assert threads == [False, True]


@pytest.mark.parametrize("path", BULK)
def test_fields_without_number_are_one_error(client: TestClient, path: str) -> None:
    for body in (SURPRISES, b'{"mode": "all", "conversations": [' + SURPRISES + b"]}"):
        error = one_error(client.post(path, content=body, headers=JSON), 422, "body")
        assert f"more than {MOST_FIELDS} fields" in error["rule"]


def test_fields_without_number_are_refused_before_they_are_parsed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else runs while the parser is in one object, whatever thread it is in."""

    def parse(*_: Any, **__: Any) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(guards, "_parsed", parse)
    body = b'{"mode": "all", "note": "a \\" and { : }", "conversations": [{}, ' + SURPRISES + b"]}"
    one_error(client.post(BULK[0], content=body, headers=JSON), 422, "body")


def test_as_many_fields_as_there_may_be_are_counted_object_by_object(client: TestClient) -> None:
    most = {f"surprise-{n}": {"a": 1, "b": "{:" * 2000} for n in range(MOST_FIELDS)}
    answer = client.post(BULK[0], content=json.dumps(most).encode(), headers=JSON)
    assert answer.status_code == 422
    assert "more than" not in answer.json()["detail"]


def test_no_more_errors_are_collected_than_an_object_may_have_fields(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = [0]
    raised = guards.RequestValidationError.__init__

    def counted(error: Any, errors: Any, **more: Any) -> None:
        collected.append(len(errors))
        raised(error, errors, **more)

    monkeypatch.setattr(guards.RequestValidationError, "__init__", counted)
    for write in WRITES.values():
        if isinstance(write.body, dict):
            for odd in _with_surprises(write.body):
                answer = write._replace(body=odd).send(client)
                problem(answer, 422, write.operation)
    assert MOST_FIELDS / 2 < max(collected) <= MOST_FIELDS


def test_a_router_without_a_guard_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded = APIRouter()
    unguarded.add_api_route("/v1/open", lambda: None)
    monkeypatch.setattr(routing, "ROUTERS", (*routing.ROUTERS, unguarded))
    with pytest.raises(TypeError, match="GuardedRoute"):
        routing.operations()


def _with_surprises(body: Any) -> Iterator[Any]:
    """As many as an object may have: in each object of it, and in each of many such objects."""
    if isinstance(body, dict):
        yield body | {f"surprise-{n}": 1 for n in range(MOST_FIELDS - len(body))}
        for name, value in body.items():
            yield from (body | {name: odd} for odd in _with_surprises(value))
    elif isinstance(body, list) and body:
        yield from ([odd] * 20 for odd in _with_surprises(body[0]))
