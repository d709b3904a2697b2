"""The one shape of every error."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from schemas.problem import PROBLEMS, FieldProblem
from service.usecases.errors import Refused
from service.usecases.processes.validation import MAX_ERRORS, dotted, explained

MEDIA_TYPE = "application/problem+json"
CHALLENGE = {"www-authenticate": 'Bearer realm="gateproof"'}
NONE: Mapping[str, str] = {}
MAX_BODY_BYTES = 1024 * 1024
MAX_BULK_BYTES = 8 * MAX_BODY_BYTES
"""A thousand conversations of 300 words are two or three MiB."""
BULK = re.compile(r"/v1/(conversations|concepts/[^/]+/citations)/bulk")
BY_STATUS = {
    404: "not-found",
    405: "method-not-allowed",
    413: "payload-too-large",
}
WRONG = {
    "payload-too-large": FieldProblem(
        field="body", rule="must be no larger than 1 MiB", remedy="say it shorter, or in several requests"
    ),
    "invalid-request": FieldProblem(
        field="body",
        rule="is not JSON that can be read",
        remedy="send well-formed JSON in UTF-8, with no more depth or digits than the fields ask for",
    ),
}


def problem_response(
    refused: Refused, request_id: str | None, headers: Mapping[str, str] | None = None
) -> Response:
    """Returns the answer to a request that was refused, by RFC 9457."""
    status = PROBLEMS[refused.problem_type].status
    sent = headers_of(refused) if headers is None else headers
    return Response(body_of(refused, request_id), status, media_type=MEDIA_TYPE, headers=sent)


def headers_of(refused: Refused) -> Mapping[str, str]:
    """Returns the headers that say when to come again, or how to authenticate."""
    if refused.retry_after:
        return {"retry-after": str(refused.retry_after)}
    return CHALLENGE if refused.problem_type == "unauthorized" else NONE


def body_of(refused: Refused, request_id: str | None) -> bytes:
    """Returns the bytes of a schemas.problem.Problem, for a fifth of what it takes to make one: refusals may
    be frequent."""
    status, title, _ = PROBLEMS[refused.problem_type]
    document: dict[str, Any] = {
        "type": f"/problems/{refused.problem_type}",
        "title": title,
        "status": status,
        "detail": refused.detail,
        "request_id": request_id,
        "errors": [error.model_dump() for error in refused.errors],
    }
    if refused.readiness is not None:
        document["readiness"] = orjson.Fragment(refused.readiness.model_dump_json())
    if refused.reason is not None:
        document["reason"] = refused.reason
    return orjson.dumps(document)


async def on_refused(request: Request, error: Refused) -> Response:
    """Answers a request that a use case refused."""
    return problem_response(error, request_id_of(request))


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """Answers a request that does not match the contract."""
    errors = [_field(detail) for detail in error.errors()[:MAX_ERRORS]]
    detail = f"{errors[0].field}: {errors[0].rule}"
    return problem_response(Refused("invalid-request", detail, *errors), request_id_of(request))


async def on_http(request: Request, error: HTTPException) -> Response:
    """Answers what the framework refuses: no such address, no such method, too large a body."""
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allow = ", ".join(_methods(request))
        refused = Refused("method-not-allowed", f"This address takes {allow}.")
        return problem_response(refused, request_id_of(request), {"Allow": allow})
    return of_status(error.status_code, request_id_of(request), request.scope["path"])


def max_body_bytes(path: str) -> int:
    """Returns how large a body may be at this address."""
    return MAX_BULK_BYTES if BULK.fullmatch(path) else MAX_BODY_BYTES


def of_status(status: int, request_id: str | None, path: str) -> Response:
    """Returns the problem for a status of the framework's own, at this address."""
    problem_type = BY_STATUS.get(status, "invalid-request")
    wrong = WRONG.get(problem_type)
    if wrong is not None and problem_type == "payload-too-large":
        rule = f"must be no larger than {max_body_bytes(path) // MAX_BODY_BYTES} MiB"
        wrong = wrong.model_copy(update={"rule": rule})
    detail = f"{wrong.field}: {wrong.rule}" if wrong else f"{PROBLEMS[problem_type].title}."
    return problem_response(Refused(problem_type, detail, *([wrong] if wrong else ())), request_id)


def request_id_of(request: Request) -> str | None:
    """Returns the id of this request in logs."""
    request_id: str | None = request.scope.get("state", {}).get("request_id")
    return request_id


def _field(detail: Mapping[str, Any]) -> FieldProblem:
    rule, remedy = explained(detail["type"], detail["msg"])
    path = ("body",) if detail["type"] == "json_invalid" else detail["loc"]
    return FieldProblem(field=dotted(path), rule=rule, remedy=remedy)


def _methods(request: Request) -> list[str]:
    """Returns every method that some route takes at this address."""
    methods: set[str] = set()
    routes: list[BaseRoute] = request.app.routes
    for route in routes:
        scope = {"type": "http", "path": request.scope["path"], "method": "", "headers": []}
        if route.matches(scope)[0] is not Match.NONE:
            # A folder of files has no methods of its own.
            methods |= getattr(route, "methods", {"GET"})
    return sorted(methods - {"HEAD"})
