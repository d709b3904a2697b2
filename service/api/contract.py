"""What routes have in common in the contract: their errors, their examples, their pages."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Path, Query, Request, Response
from fastapi.dependencies.models import Dependant

from schemas.page import Page
from schemas.problem import PROBLEMS, Problem
from service.api.problems import MEDIA_TYPE
from service.usecases.paging import Wanted
from service.usecases.refused import invalid

Responses = dict[int | str, dict[str, Any]]
MAX_INTEGER = 2**53 - 1


def errors(*kinds: str) -> Responses:
    """The problems that an operation may answer with, besides those that any may."""
    by_status: dict[int, list[str]] = {}
    for kind in ("unauthorized", "invalid-request", *kinds):
        by_status.setdefault(PROBLEMS[kind].status, []).append(kind)
    return {
        status: {
            "description": "; ".join(PROBLEMS[kind].title for kind in names),
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": _example(names[-1]),
                }
            },
        }
        for status, names in sorted(by_status.items())
    }


def _example(kind: str) -> dict[str, Any]:
    status, title = PROBLEMS[kind]
    said = Problem(
        type=f"/problems/{kind}", title=title, status=status, detail=f"{title}.", request_id="9f2c1e"
    )
    return said.model_dump(mode="json", exclude={"readiness"})


def example(**body: Any) -> dict[str, Any]:
    """An example body for Swagger: one that works when clicked."""
    return {"requestBody": {"content": {"application/json": {"example": body}}}}


Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=8000, description="`next` of the page before; leave out for the first."),
]
ConceptKey = Annotated[str, Path(description="The concept's key.", examples=["berth-swap"])]
Number = Annotated[int, Path(ge=1, le=MAX_INTEGER)]


async def wanted(limit: Limit = 50, cursor: Cursor = None) -> Wanted:
    """Which page is asked for."""
    return Wanted(limit, cursor)


def link_next(request: Request, response: Response, page: Page[Any]) -> None:
    """RFC 8288: where the next page is."""
    if page.next is not None:
        query = urlencode({**request.query_params, "cursor": page.next})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'


def tag(response: Response, revision: int, location: str | None = None) -> None:
    """The ETag for If-Match, and where something new is."""
    response.headers["ETag"] = f'"{revision}"'
    if location is not None:
        response.headers["Location"] = location


async def known_parameters(request: Request) -> None:
    """A misspelt parameter is refused: ignored, it would answer another question than was asked."""
    if not request.scope["query_string"]:
        return
    known = _query_names(request.scope["route"].dependant)
    if not known.issuperset(request.query_params):
        names = ", ".join(sorted(known)) or "none"
        raise invalid("query", "has a parameter that is not known here", f"known: {names}")


def _query_names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_query_names(below) for below in dependant.dependencies))
