"""What the service says that it can do: every operation, and what its own contract says of it."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from httpx2 import Response

from schemas.problem import PROBLEMS
from service.api import routing
from service.api.app import create_api
from service.api.contract.openapi import contract
from service.api.guards import OperationRoute
from service.store.sql.engine import Database
from tests.conftest import KEYRING
from tests.gateproof import Body

PARAMETER = re.compile(r"{(\w+)}")
GHOSTS = {"version": "77"}
# They write nothing, though their question comes in a body.
ASKED_IN_A_BODY = {
    "batch_readiness",
    "preview_moves",
    "simulate_process",
    "verify_audit_against_head",
    "what_if",
}


class Operation(NamedTuple):
    """One method at one address."""

    id: str
    method: str
    path: str
    queries: tuple[str, ...]

    @property
    def says(self) -> dict[str, Any]:
        """What the contract says of it."""
        declared: dict[str, Any] = document()["paths"][self.path][self.method.lower()]
        return declared

    @property
    def writes(self) -> bool:
        return self.method != "GET" and self.id not in ASKED_IN_A_BODY

    def at(self, **known: str) -> str:
        """Its address, with ghosts for what is not said."""
        return PARAMETER.sub(lambda match: (GHOSTS | known).get(match[1], "ghost"), self.path)


@cache
def document() -> dict[str, Any]:
    """The contract, as the service would serve it."""
    db = Database("sqlite://", KEYRING)
    served = contract(create_api(db, lambda: datetime(2026, 11, 22, tzinfo=UTC)))
    db.close()
    return served


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, health among them. From the routes: the contract takes seconds to make."""
    return tuple(
        Operation(route.name, method, route.path_format, _queries(route))
        for route in routing.operations()
        if isinstance(route, OperationRoute) and route.include_in_schema
        for method in sorted(route.methods)
    )


def _queries(route: OperationRoute) -> tuple[str, ...]:
    fields = get_flat_params(route.dependant)
    return tuple(field.alias for field in fields if field.field_info.in_ is ParamTypes.query)


def followed(node: dict[str, Any]) -> dict[str, Any]:
    """What it refers to, if it is a reference."""
    part: Any = document()
    for name in node.get("$ref", "").removeprefix("#/").split("/"):
        part = part[name] if name else node
    assert isinstance(part, dict)
    return part


def guarded() -> list[Operation]:
    """Those that want a token of ours."""
    return [operation for operation in operations() if operation.path.startswith("/v1")]


def problem(response: Response, status: int, about: object = None) -> Body:
    """The one shape of every error, whoever asks for what."""
    text = f"{about}: {response.status_code} {response.text[:500]}"
    assert response.status_code == status, text
    assert response.headers["content-type"] == "application/problem+json", text
    body: Body = response.json()
    always = {"type", "title", "status", "detail", "errors", "request_id"}
    assert set(body) - {"readiness", "reason"} == always, text
    kind = body["type"].removeprefix("/problems/")
    assert (PROBLEMS[kind].status, PROBLEMS[kind].title) == (body["status"], body["title"]), text
    assert body["status"] == status, text
    assert body["detail"].strip(), text
    assert body["request_id"] == response.headers["x-request-id"], text
    for error in body["errors"]:
        assert set(error) == {"field", "rule", "remedy", "line"}, text
        assert error["field"].strip(), text
        assert error["rule"].strip(), text
        assert error["remedy"].strip(), text
    return body


def one_error(response: Response, status: int, field: str) -> Body:
    """The one thing that was wrong."""
    body = problem(response, status, field)
    assert [error["field"] for error in body["errors"]] == [field], body
    error: Body = body["errors"][0]
    return error
