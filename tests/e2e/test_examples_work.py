"""The examples of the contract work when clicked as they stand, on the example portfolio."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.client import Client
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import guarded
from tests.e2e.clicking import Click, as_it_stands, bodies, choices, in_order

pytestmark = pytest.mark.usefixtures("unknown_names")
on_sqlite = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
REFUSED_TO_TEACH = {"decide": 409, "move_concepts": 409, "exchange_token": 403}


@pytest.fixture
def client(example: Database, clock: FixedClock) -> Iterator[TestClient]:
    """An admin on the example portfolio."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(example, clock), headers=headers) as made:
        yield made


@on_sqlite
def test_every_operation_works_as_it_stands_from_top_to_bottom(client: TestClient) -> None:
    refused = {}
    for click in map(as_it_stands, in_order()):
        response = click.press(client)
        if response.status_code >= 400:
            refused[click.operation.id] = response.status_code
        assert str(response.status_code) in click.operation.says["responses"], click.operation.id

    assert refused == REFUSED_TO_TEACH


@on_sqlite
def test_reading_and_most_writing_needs_nothing_to_be_clicked_before(client: TestClient) -> None:
    after_others = {"create_customer", "create_concept", "record_conversation", "record_conversations"}
    for click in map(as_it_stands, reversed(in_order())):
        status = click.press(client).status_code
        expected = REFUSED_TO_TEACH.get(click.operation.id)
        if click.operation.id in after_others:
            expected = 422
        assert status == expected or (expected is None and status < 300), click.operation.id


def test_no_form_opens_with_a_question_other_than_the_plain_one() -> None:
    for click in map(as_it_stands, in_order()):
        assert set(click.query) <= {"limit", "seconds"}, click.operation.id
        assert set(click.headers) <= {"Content-Type", "If-Match"}, click.operation.id


@on_sqlite
def test_every_key_that_can_be_picked_is_there_once_the_page_is_clicked_through(client: TestClient) -> None:
    _click_through(client)
    for operation in guarded():
        parameters = [each for each in operation.says.get("parameters", ()) if each["in"] == "path"]
        if operation.writes or len(parameters) != 1:
            continue
        for value in choices(parameters[0]):
            click = as_it_stands(operation)._replace(path={parameters[0]["name"]: str(value)})
            assert click.press(client).status_code == 200, (operation.id, value)


@on_sqlite
def test_every_outcome_that_can_be_picked_works(client: TestClient) -> None:
    decide = _form("decide")
    go, earned, *others, reopened = bodies(decide.operation)
    assert decide.path == {"concept": "berth-swap"}
    assert _status(client, decide, go, "berth-swap") == 409
    assert _status(client, decide, earned, "will-it-sail") == 201
    assert [body["outcome"] for body in others] == ["hold", "recycle", "kill", "reopen"]
    for body in others:
        assert _status(client, decide, body, "berth-swap") == 201, body
    assert "override" not in reopened
    assert _status(client, decide, reopened, "fog-bell") == 201


@on_sqlite
def test_the_survey_says_that_it_does_not_count(client: TestClient) -> None:
    _click_through(client)
    record = _form("record_conversation")
    new = [body | {"external": []} for body in bodies(record.operation)]
    interview, survey = (record._replace(body=body).press(client).json() for body in new)
    assert (interview["counts"], survey["counts"]) == (True, False)
    assert "KIND_NOT_EVIDENCE" in [reason["code"] for reason in survey["not_counted"]]


@on_sqlite
def test_citing_as_it_stands_brings_berth_swap_nearer_to_its_gate(client: TestClient) -> None:
    address = "/v1/concepts/berth-swap/readiness"
    before = client.get(address).json()["decisions"][0]["criteria"][-1]
    assert _form("cite").press(client).status_code == 201
    after = client.get(address).json()["decisions"][0]["criteria"][-1]
    assert (before["id"], before["actual"], after["actual"]) == ("g1-problem-customers", 1, 2)


def _click_through(client: TestClient) -> None:
    for operation in in_order():
        as_it_stands(operation).press(client)


def _form(name: str) -> Click:
    return as_it_stands(next(operation for operation in guarded() if operation.id == name))


def _status(client: TestClient, decide: Click, body: object, concept: str) -> int:
    return decide._replace(path={"concept": concept}, body=body).press(client).status_code
