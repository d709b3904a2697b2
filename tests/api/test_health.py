"""Whether the process lives needs nothing; whether it can serve needs a database of today's shape."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

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
        refused = problem(answer, 503)
        assert (refused["reason"], "gateproof migrate" in refused["detail"]) == ("not-migrated", True)
        assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE alembic_version SET version_num = '0014'", "behind"),
        ("UPDATE alembic_version SET version_num = '9999'", "newer"),
        ("DELETE FROM alembic_version", "not-migrated"),
    ],
)
def test_a_database_of_another_shape_is_named(
    client: TestClient, db: Database, change: str, reason: str
) -> None:
    with db.writing() as tx:
        tx.execute(text(change))
    assert problem(client.get("/readyz"), 503)["reason"] == reason


def test_a_database_that_takes_no_writes_is_named(db: Database, database_url: str) -> None:
    if db.is_sqlite:
        database_url = f"sqlite:///file:{db.engine.url.database}?mode=ro&uri=true"
    else:
        with db.reading() as connection:
            read_only = f"ALTER DATABASE {db.engine.url.database} SET default_transaction_read_only = on"
            connection.execute(text(read_only))
    with at(database_url) as client:
        assert problem(client.get("/readyz"), 503)["reason"] == "read-only"


@pytest.mark.parametrize("url", NOWHERE)
def test_a_service_without_a_database_lives_and_does_not_serve(url: str) -> None:
    with at(url) as client:
        assert client.get("/livez").json() == {"status": "ok"}
        assert problem(client.get("/readyz"), 503)["reason"] == "unreachable"
        token = {"Authorization": "Bearer gp_any"}
        answer = client.get("/v1/people", headers=token)
        refused = problem(answer, 503)
        assert refused["type"].endswith("/unavailable")
        assert (refused["reason"], "written" in refused["detail"]) == ("unreachable", False)
        assert answer.headers["Retry-After"] == "5"


def test_neither_takes_anything_but_being_asked(client: TestClient) -> None:
    for path in ("/livez", "/readyz"):
        answer = client.post(path)
        problem(answer, 405)
        assert answer.headers["Allow"] == "GET"
