"""The operations are worked out once for a process: no caller waits for that."""

from collections import Counter

import pytest
from fastapi import routing
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.conftest import FixedClock
from tests.contract.operations import one_error, problem
from tests.gateproof import Gateproof

ON_SQLITE = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often FastAPI made the handler of a route, by path."""
    made, make = Counter[str](), APIRoute.get_route_handler

    def counted(route: APIRoute) -> object:
        made[route.path] += 1
        return make(route)

    monkeypatch.setattr(APIRoute, "get_route_handler", counted)
    return made


@ON_SQLITE
def test_a_second_application_works_no_operation_out(
    client: TestClient, db: Database, clock: FixedClock, worked_out: Counter[str]
) -> None:
    second = TestClient(create_app(db, clock), headers=client.headers)
    assert not [path for path in worked_out if path.startswith("/v1")]
    assert second.get("/v1/concepts").json() == client.get("/v1/concepts").json()


@ON_SQLITE
def test_the_first_request_works_nothing_out(
    db: Database, clock: FixedClock, worked_out: Counter[str]
) -> None:
    with TestClient(create_app(db, clock)) as client:
        worked_out.clear()
        assert client.get("/livez").status_code == 200
        assert client.get("/v1/concepts").status_code == 401
        assert client.get("/v1/nothing").status_code == 401
        assert not worked_out


@ON_SQLITE
def test_applications_of_one_process_share_no_state(
    client: TestClient, db: Database, clock: FixedClock
) -> None:
    later = FixedClock()
    later.move(days=7)
    with TestClient(create_app(db, later), headers=client.headers) as other:
        assert other.get("/v1/people").status_code == 200
        for answering, key, day in ((client, "pm-1", "2026-11-22"), (other, "pm-2", "2026-11-29")):
            person = {"key": key, "name": "First", "function": "product"}
            assert answering.post("/v1/people", json=person).json()["created_at"].startswith(day)


@ON_SQLITE
def test_fastapi_works_out_no_argument_of_the_busiest_writes_unless_one_is_wrong(
    gateproof: Gateproof, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateproof.begin()
    gateproof.customer("acme")
    talk = {"portfolio": "energy", "kind": "interview", "held_at": "2026-11-03T09:00:00Z"}
    talk |= {"customer": "acme", "summary": "They told us."}

    async def refuse(**_: object) -> None:
        raise AssertionError("worked out by FastAPI")

    with monkeypatch.context() as patched:
        patched.setattr(routing, "solve_dependencies", refuse)
        gateproof.post("/conversations", talk, **{"Idempotency-Key": "once"})
        gateproof.review("G1", "hold")
        assert gateproof.client.get("/v1/people").status_code == 500
    for wrong, field in ((talk | {"kind": "chat"}, "body.kind"), ({}, "body.portfolio")):
        answer = gateproof.client.post("/v1/conversations", json=wrong)
        assert field in [error["field"] for error in problem(answer, 422)["errors"]]
    answer = gateproof.client.post("/v1/conversations", json=talk, headers={"Idempotency-Key": "k" * 256})
    one_error(answer, 422, "header.Idempotency-Key")
