"""Whether the process lives needs nothing; whether it can serve needs a database of today's shape."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.conftest import KEYRING, FixedClock
from tests.contract.operations import problem

NOWHERE = ("sqlite:////nowhere/at/all/gateproof.db", "postgresql://nobody@127.0.0.1:1/nothing")


def at(url: str) -> TestClient:
    return TestClient(create_app(Database(url, KEYRING), FixedClock()), raise_server_exceptions=False)


def test_a_service_with_its_database_lives_and_serves(client: TestClient) -> None:
    del client.headers["Authorization"]
    for path in ("/livez", "/readyz"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_service_that_is_not_migrated_lives_and_does_not_serve(new_database: Callable[[str], str]) -> None:
    with at(new_database("empty")) as client:
        assert client.get("/livez").status_code == 200
        answer = client.get("/readyz")
        assert "migrate" in problem(answer, 503)["detail"]
        assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("url", NOWHERE)
def test_a_service_without_a_database_lives_and_does_not_serve(url: str) -> None:
    with at(url) as client:
        assert client.get("/livez").json() == {"status": "ok"}
        problem(client.get("/readyz"), 503)
        token = {"Authorization": "Bearer gp_any"}
        answer = client.get("/v1/people", headers=token)
        assert problem(answer, 503)["type"].endswith("/unavailable")
        assert answer.headers["Retry-After"] == "5"


def test_neither_takes_anything_but_being_asked(client: TestClient) -> None:
    for path in ("/livez", "/readyz"):
        answer = client.post(path)
        problem(answer, 405)
        assert answer.headers["Allow"] == "GET"
