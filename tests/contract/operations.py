"""What the service says that it can do: every operation of its own contract."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from httpx2 import Response

from schemas.problem import PROBLEMS
from service.api.app import create_api
from service.api.contract.openapi import contract
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
    says: dict[str, Any]

    @property
    def writes(self) -> bool:
        return self.method != "GET" and self.id not in ASKED_IN_A_BODY

    def at(self, **known: str) -> str:
        """Its address, with ghosts for what is not said."""
        return PARAMETER.sub(lambda match: (GHOSTS | known).get(match[1], "ghost"), self.path)

    @property
    def queries(self) -> list[str]:
        return [at["name"] for at in self.says.get("parameters", ()) if at["in"] == "query"]


@cache
def document() -> dict[str, Any]:
    """The contract, as the service would serve it."""
    db = Database("sqlite://", KEYRING)
    served = contract(create_api(db, lambda: datetime(2026, 11, 22, tzinfo=UTC)))
    db.close()
    return served


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, health among them."""
    return tuple(
        Operation(says["operationId"], method.upper(), path, says)
        for path, methods in document()["paths"].items()
        for method, says in methods.items()
    )


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
    assert set(body) - {"readiness"} == {"type", "title", "status", "detail", "errors", "request_id"}, text
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
