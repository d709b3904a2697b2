"""One shape for every error, at every address."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.api.problems import MAX_BODY_BYTES, max_body_bytes
from tests.conftest import FixedClock
from tests.contract.operations import Operation, guarded, one_error, operations, problem
from tests.contract.story import Write, every_write, tell
from tests.gateproof import Gateproof

METHODS = {"DELETE", "GET", "PATCH", "POST", "PUT"}
JSON = {"Content-Type": "application/json"}
WRITES = every_write()
NO_JSON = (b'{"key":', b"\xff\xfe", b'{"a": "\xff"}', b"nothing", b'{"n": ' + b"9" * 5000 + b"}")
DEEP = (b"[" * 100_000, b'{"a":' * 100_000)
NO_OBJECTS = (*NO_JSON, *DEEP, b"", b"[]", b"1", b'"text"', b"null", b"true", b"1e400", b"NaN")
LARGE = MAX_BODY_BYTES + 1
MADE_THERE = (
    *("publish_process", "simulate_process", "put_concept_by_external", "put_conversation_by_external"),
    *("put_customer_by_external", "put_person_by_external"),
)
ASKED = {"preview_moves": {"version": 1}}
"""What a question in a body cannot leave out."""


@pytest.fixture
def lived_in(gateproof: Gateproof) -> TestClient:
    """A deployment in which everything was written once."""
    list(tell(gateproof.client))
    return gateproof.client


def test_the_story_tells_every_operation_that_writes() -> None:
    # Only an issuer elsewhere can sign what is exchanged.
    in_story = {*WRITES, "exchange_token"}
    assert in_story == {operation.id for operation in operations() if operation.writes}


def test_without_a_valid_token_nothing_is_said_but_401(client: TestClient, clock: FixedClock) -> None:
    del client.headers["Authorization"]
    asked = [(operation.method, operation.at()) for operation in guarded()]
    asked += [("GET", "/v1"), ("GET", "/v1/nothing"), ("GET", "/v1/people/"), ("BREW", "/v1/people")]
    for method, path in asked:
        # So many would be too many in one minute.
        clock.move(minutes=1)
        for body in (b"", b'{"key":', b" " * LARGE):
            response = client.request(method, path, content=body, headers=JSON)
            problem(response, 401, path)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
    for wrong in (b"Bearer wrong", b"Bearer", b"Bearer  ", b"Basic YTpi", b"Bearer \xff", b""):
        problem(client.get("/v1/people", headers={"Authorization": wrong}), 401, wrong)


def test_what_does_not_exist_answers_alike_everywhere(lived_in: TestClient) -> None:
    for operation in guarded():
        if "{" not in operation.path or operation.id in MADE_THERE:
            continue
        problem(_send(lived_in, operation, operation.at()), 404, operation.id)
        if "{concept}/" in operation.path and operation.path.count("{") == 2:
            response = _send(lived_in, operation, operation.at(concept="tariff-radar"))
            problem(response, 422 if operation.id == "state_decision" else 404, operation.id)
    for path in ("/v1", "/v1/nothing", "/v1/people/", "/nothing", "/docs/files/nothing"):
        problem(lived_in.get(path), 404, path)


def test_other_kinds_of_body_are_refused(client: TestClient) -> None:
    for operation in _writing():
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            headers = {"Content-Type": kind, "If-Match": '"1"'}
            response = client.request(operation.method, operation.at(), content=b"a=b", headers=headers)
            error = one_error(response, 415, "header.Content-Type")
            assert "application/json" in error["remedy"]


def test_what_is_no_json_or_no_object_is_said_of_the_body(client: TestClient) -> None:
    for operation in _writing():
        for body in NO_OBJECTS:
            headers = JSON | {"If-Match": '"1"'}
            response = client.request(operation.method, operation.at(), content=body, headers=headers)
            one_error(response, 422, "body")


def test_a_field_that_is_not_known_is_refused(client: TestClient) -> None:
    for operation in _writing():
        write = WRITES[operation.id]
        if isinstance(write.body, str):
            write = write._replace(body=f"{write.body}surprise: 1\n")
        else:
            write = write._replace(body=write.body | {"surprise": 1})
        one_error(write.send(client), 422, "body.surprise")


def test_a_parameter_that_is_not_known_is_refused(client: TestClient) -> None:
    for operation in guarded():
        if operation.id == "exchange_token":
            continue
        response = _send(client, operation, f"{operation.at()}?surprise=1")
        remedy = one_error(response, 422, "query")["remedy"]
        assert all(name in remedy for name in operation.queries), operation.id


def test_a_method_that_an_address_does_not_take_is_told_all_that_it_takes(client: TestClient) -> None:
    for path, taken in _methods().items():
        for method in (METHODS | {"OPTIONS", "BREW"}) - taken:
            response = client.request(method, path)
            problem(response, 405, (method, path))
            assert set(response.headers["Allow"].split(", ")) == taken, path


def test_a_body_of_more_than_a_mebibyte_is_refused(client: TestClient) -> None:
    for operation in _writing():
        large = max_body_bytes(operation.at()) + 1
        for body in (b" " * large, _in_chunks(large), b" " * 10_000_000):
            response = client.request(operation.method, operation.at(), content=body, headers=JSON)
            one_error(response, 413, "body")


def test_a_body_of_a_mebibyte_is_read(client: TestClient) -> None:
    body = json.dumps({"key": "a", "name": "b", "function": "c"}).ljust(MAX_BODY_BYTES).encode()
    assert client.post("/v1/people", content=body, headers=JSON).status_code == 201


def test_nothing_but_what_is_wrong_is_told_and_no_more_than_fifty_times(client: TestClient) -> None:
    body = {f"surprise-{n}": 1 for n in range(1000)}
    assert len(problem(client.post("/v1/people", json=body), 422)["errors"]) == 50


def test_a_list_is_refused_at_its_first_wrong_item(client: TestClient) -> None:
    talk = WRITES["record_conversation"]
    body = talk.body | {"participants": [{}] * 200_000, "themes": [""] * 50_000}
    refusal = problem(talk._replace(body=body).send(client), 422)
    assert [error["field"] for error in refusal["errors"]] == ["body.participants.0.ref", "body.themes.0"]


def _writing() -> list[Operation]:
    return [operation for operation in guarded() if operation.id in WRITES]


def _send(client: TestClient, operation: Operation, path: str) -> object:
    asked = ASKED.get(operation.id, {}) if operation.method == "POST" else None
    write = WRITES.get(operation.id, Write(operation.id, operation.method, path, asked))
    return write._replace(path=path).send(client)


def _methods() -> dict[str, set[str]]:
    methods: dict[str, set[str]] = {"/docs": {"GET"}, "/openapi.json": {"GET"}, "/docs/files/x": {"GET"}}
    methods["/v1/conversations/bulk"] = {"GET"}  # it might be a conversation's id
    methods["/v1/concepts/ghost/citations/bulk"] = {"GET"}  # or a citation's
    for operation in operations():
        methods.setdefault(operation.at(), set()).add(operation.method)
    return methods


def _in_chunks(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 65536):
        yield b" " * 65536
