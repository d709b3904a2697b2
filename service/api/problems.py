"""The one shape of every error."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from schemas.problem import PROBLEMS, FieldProblem, Problem
from schemas.readiness import Readiness
from service.usecases.refused import Refused
from service.usecases.validation import explained

MEDIA_TYPE = "application/problem+json"
BY_STATUS = {
    401: "unauthorized",
    404: "not-found",
    405: "method-not-allowed",
    413: "payload-too-large",
    415: "unsupported-media-type",
}


def problem(
    kind: str,
    detail: str,
    errors: Iterable[FieldProblem] = (),
    *,
    request_id: str | None = None,
    readiness: Readiness | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An RFC 9457 answer."""
    status, title = PROBLEMS[kind]
    body = Problem(
        type=f"/problems/{kind}",
        title=title,
        status=status,
        detail=detail,
        request_id=request_id,
        errors=tuple(errors),
        readiness=readiness,
    )
    left_out = {"readiness"} if readiness is None else None
    content = body.model_dump_json(exclude=left_out)
    return Response(content, status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


async def on_refused(request: Request, error: Exception) -> Response:
    """A use case said no."""
    if not isinstance(error, Refused):
        raise error
    return problem(
        error.kind,
        error.detail,
        error.errors,
        request_id=request_id_of(request),
        readiness=error.readiness,
        headers={"Retry-After": str(error.retry_after)} if error.retry_after else None,
    )


async def on_invalid(request: Request, error: Exception) -> Response:
    """The request has not the shape that the contract asks for."""
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [_field(detail) for detail in error.errors()]
    detail = f"{errors[0].field}: {errors[0].rule}"
    return problem("invalid-request", detail, errors, request_id=request_id_of(request))


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such address, no such method, too large a body."""
    if not isinstance(error, HTTPException):
        raise error
    kind = BY_STATUS.get(error.status_code, "invalid-request")
    headers, detail = dict(error.headers or {}), PROBLEMS[kind].title
    if kind == "method-not-allowed":
        allowed = _methods(request)
        headers["Allow"] = ", ".join(allowed)
        detail = f"This address takes {headers['Allow']}."
    return problem(kind, f"{detail}", request_id=request_id_of(request), headers=headers)


def request_id_of(request: Request) -> str | None:
    """The id that this request goes by in logs."""
    found: str | None = request.scope.get("state", {}).get("request_id")
    return found


def _field(detail: Mapping[str, Any]) -> FieldProblem:
    rule, remedy = explained(detail["type"], detail["msg"])
    place = ["body" if part == "body" else str(part) for part in detail["loc"]]
    if detail["type"] == "json_invalid":
        place = ["body"]
    return FieldProblem(field=".".join(place), rule=rule, remedy=remedy)


def _methods(request: Request) -> list[str]:
    """Every method that some route takes at this address."""
    methods: set[str] = set()
    for route in request.app.state.addresses:
        scope = {"type": "http", "path": request.url.path, "method": "", "headers": []}
        if route.matches(scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods - {"HEAD"})
