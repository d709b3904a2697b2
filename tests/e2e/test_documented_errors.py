"""The errors that the contract shows are those that the service answers, word for word."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from limits import RateLimitItemPerDay

from service.api.app import create_app
from service.edge_settings import EdgeSettings
from service.store.sql.engine import Database
from tests.client import Client
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import Operation, followed, guarded, operations
from tests.e2e.clicking import Click, as_it_stands, in_order
from tests.gateproof import Body

pytestmark = pytest.mark.usefixtures("unknown_names")
on_sqlite = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
# What makes an example wrong in the way that is shown, where the field's name alone does not say it.
WRONG = {
    "cite": {"conversation": "cnv_unheard-of"},
    "record_outcome": {"evidence": ["cnv_unheard-of"]},
    "decide": {"gate": "S1"},
    "create_badge": {"gate": "S1"},
    "request_waiver": {"criteria": ["g1-unheard-of"]},
    "what_if": {"gate": "S1"},
    "move_concept": {"key": "stage-gate", "version": 77},
    "record_conversation": {"held_at": "2026-12-24T00:00:00Z"},
}
NOT_OF_STARTER = {"state_decision": {"decision": "target_customer"}, "sign_disconfirmation_note": {}}
TAKEN = {
    "concepts": ("jira", "HAR-7"),
    "conversations": ("dovetail", "n-12"),
    "customers": ("salesforce", "A-17"),
    "people": ("workday", "W-5"),
}
ELSEWHERE = {"id": "unheard-of", "concept": "honesty-box"}
TAKE_A_PROCESS = ("publish_process", "simulate_process")
UNKNOWN_CRITERION = "at_least: 1, of: conversations"


@pytest.fixture
def client(example: Database, clock: FixedClock) -> Iterator[TestClient]:
    """An admin on the example portfolio."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(example, clock), headers=headers) as made:
        yield made


@on_sqlite
def test_without_a_token(example: Database, clock: FixedClock) -> None:
    # There are more operations than an address may usually ask for without a token in a minute.
    edge = EdgeSettings(failed_logins=RateLimitItemPerDay(len(guarded())))
    with Client(create_app(example, clock, edge=edge)) as client:
        _compare(guarded(), "unauthorized", lambda click: click.press(client))


@on_sqlite
def test_of_what_is_not_looked_into(client: TestClient) -> None:
    def with_token(click: Click) -> Response:
        return click._replace(query={"access_token": "any"}).press(client)

    def with_long_address(click: Click) -> Response:
        return click._replace(query={"cursor": "c" * 12_289}).press(client)

    def with_many_headers(click: Click) -> Response:
        return click._replace(headers={f"X-{n}": "1" for n in range(101)}).press(client)

    _compare(list(operations()), "token-in-address", with_token)
    _compare(list(operations()), "address-too-long", with_long_address)
    _compare(list(operations()), "headers-too-large", with_many_headers)


@on_sqlite
def test_of_too_many_requests(example: Database, clock: FixedClock) -> None:
    edge = EdgeSettings(requests=RateLimitItemPerDay(1))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(example, clock, edge=edge), headers=headers) as client:
        client.get("/v1/people")
        _compare(guarded(), "too-many-requests", lambda click: click.press(client))


@on_sqlite
def test_of_what_does_not_exist(client: TestClient) -> None:
    def without(click: Click) -> Response:
        last = "concept" if click.operation.id == "state_decision" else list(click.path)[-1]
        ghost = "77" if last == "version" else "ghost"
        return click._replace(path=click.path | {last: ghost}).press(client)

    _compare(_showing("not-found"), "not-found", without)


@on_sqlite
def test_of_a_key_that_is_taken(client: TestClient) -> None:
    _create(client)
    creating = [operation for operation in _showing("key-taken") if operation.method == "POST"]
    _compare(creating, "key-taken", lambda click: click.press(client))


@on_sqlite
def test_of_an_id_elsewhere_that_is_taken(client: TestClient) -> None:
    def taking(click: Click) -> Response:
        room = click.operation.path.split("/")[2]
        system, id = TAKEN[room]
        body = {"external": [{"system": system, "id": id}]}
        if click.operation.method != "PATCH" and room != "conversations":
            body["key"] = "another"
        if "portfolio" in click.body:
            body["portfolio"] = "harbour"
        if click.operation.id == "record_conversation":
            body |= {"customer": "kestrel", "attendees": []}
        path = {name: ELSEWHERE.get(name, value) for name, value in click.path.items()}
        headers = click.headers | {"If-Match": "*"}
        return click._replace(path=path, headers=headers, body=click.body | body).press(client)

    client.post("/v1/people", json={"key": "pm-1", "name": "First", "function": "product"})
    _compare(_showing("external-taken"), "external-taken", taking)


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "headers"),
    [("precondition-required", {}), ("precondition-failed", {"If-Match": '"77"'})],
)
def test_of_another_revision(client: TestClient, kind: str, headers: dict[str, str]) -> None:
    def stale(click: Click) -> Response:
        path = click.path
        if click.operation.id in ("state_decision", "record_outcome"):
            path |= {"decision": "problem"}
        other_headers = {name: value for name, value in click.headers.items() if name != "If-Match"}
        return click._replace(path=path, headers=other_headers | headers).press(client)

    _compare(_showing(kind), kind, stale)


@on_sqlite
def test_of_what_is_done_already(client: TestClient) -> None:
    for kind in ("already-cited", "already-answered", "already-withdrawn", "already-erased"):
        for operation in _showing(kind):
            if operation.id not in ("revise_conversation", "put_conversation_by_external"):
                as_it_stands(operation).press(client)
                _compare([operation], kind, lambda click: click.press(client))


@on_sqlite
def test_of_what_breaks_a_rule(client: TestClient) -> None:
    _create(client)
    for operation in guarded():
        if operation.id == "exchange_token":  # only an issuer elsewhere signs what it takes
            continue
        kind = "invalid-process" if operation.id in TAKE_A_PROCESS else "invalid-request"
        [wrong] = _shown(operation, kind)["errors"]
        click = _made_wrong(as_it_stands(operation), wrong)
        _compare([operation], kind, lambda _, wronged=click: wronged.press(client))


def _create(client: TestClient) -> None:
    for operation in in_order():
        if operation.id.startswith("create_"):
            as_it_stands(operation).press(client)


def _made_wrong(click: Click, wrong: Body) -> Click:
    name = click.operation.id
    place, _, field = wrong["field"].partition(".")
    if name in TAKE_A_PROCESS:
        return click._replace(body=click.body.replace(UNKNOWN_CRITERION, "at_most: 1"))
    if name in NOT_OF_STARTER:
        return click._replace(path=click.path | {"concept": "honesty-box"} | NOT_OF_STARTER[name])
    if name in WRONG:
        return click._replace(body=click.body | WRONG[name])
    if place == "path":
        return click._replace(path=click.path | {field: "0"})
    if place == "query":
        value = "2026-11-03T09:00:00" if field == "as_of" else "made-up"
        return click._replace(query=click.query | {field or "surprise": value})
    body = {key: value for key, value in click.body.items() if key != field}
    return click._replace(body=body if "required" in wrong["rule"] else body | {field: 1})


def _compare(shown_by: list[Operation], kind: str, answer: Callable[[Click], Response]) -> None:
    assert shown_by, kind
    for operation in shown_by:
        response = answer(as_it_stands(operation))
        shown = _shown(operation, kind)
        answered: Body = response.json()
        assert response.headers["content-type"] == "application/problem+json", (operation.id, answered)
        if kind == "already-cited":
            # It names the earlier citation, which is another one each time.
            answered["errors"] = shown["errors"]
        if kind == "invalid-process":
            answered["errors"] = answered["errors"][:1]
        assert _plain(answered) == _plain(shown), operation.id


def _plain(problem: Body) -> Body:
    errors = [{"line": None} | error for error in problem["errors"]]
    return {**problem, "errors": errors, "request_id": ""}


def _showing(kind: str) -> list[Operation]:
    return [operation for operation in guarded() if _examples(operation).get(kind)]


def _shown(operation: Operation, kind: str) -> Body:
    shown: Body = _examples(operation)[kind]
    return shown


def _examples(operation: Operation) -> dict[str, Body]:
    examples: dict[str, Body] = {}
    for response in operation.says["responses"].values():
        content = followed(response).get("content", {}).get("application/problem+json", {})
        for kind, example in content.get("examples", {}).items():
            examples[kind] = followed(example)["value"]
    return examples
