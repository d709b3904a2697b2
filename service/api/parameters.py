"""The parameters, pages and headers that routes have in common."""

from typing import Annotated, Protocol
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.dependencies.models import Dependant

from service.api.examples import (
    BERTH_SWAP,
    FOG_BELL,
    HONESTY_BOX,
    LEFT_ABOARD,
    TARIFF_RADAR,
    WILL_IT_SAIL,
    path,
)
from service.usecases.errors import invalid, not_found
from service.usecases.paging import PageRequest

MAX_INTEGER = 2**31 - 1
NUL = "\0"


Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=8000, description="`next` of the page before; leave out for the first."),
]
ConceptKey = Annotated[
    str,
    path("The concept's key.", BERTH_SWAP, WILL_IT_SAIL, HONESTY_BOX, LEFT_ABOARD, FOG_BELL, TARIFF_RADAR),
]


class Paged(Protocol):
    """A page of a list."""

    @property
    def next(self) -> str | None:
        """The cursor of the next one."""


OfPortfolio = Annotated[str | None, Query(description="Whose id it is, where several portfolios have it.")]
NO_SUCH_PARAMETER = invalid("query", "has a parameter that is not known here", "known: portfolio")


async def wanted(limit: Limit = 50, cursor: Cursor = None) -> PageRequest:
    """Returns which page is asked for."""
    return PageRequest(limit, cursor)


def link_next(request: Request, response: Response, page: Paged) -> None:
    """Sets the header Link to the next page (RFC 8288)."""
    if page.next is not None:
        query = urlencode({**request.query_params, "cursor": page.next})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'


def tag(response: Response, revision: int, location: str | None = None) -> None:
    """Sets the ETag for If-Match, and the Location of something new."""
    response.headers["ETag"] = etag(revision)
    if location is not None:
        response.headers["Location"] = location


def made(document: bytes, location: str, revision: int | None = None) -> Response:
    """Returns 201 with a new document, as JSON: its Location, and its ETag if it may change."""
    headers = {"Location": location} if revision is None else {"ETag": etag(revision), "Location": location}
    return Response(document, 201, headers, media_type="application/json")


def etag(revision: int) -> str:
    """Returns the ETag of a revision."""
    return f'"{revision}"'


def put_tag(response: Response, revision: int, location: str, *, is_new: bool) -> None:
    """Sets what a PUT answers: 201 with the Location, or 200."""
    tag(response, revision, location if is_new else None)
    response.status_code = 201 if is_new else 200


def require_known_parameters(request: Request) -> None:
    """A misspelt parameter is refused: ignored, it would answer another question than was asked.

    Nothing is called by a name with a NUL in it, and PostgreSQL would not even be asked.
    """
    if NUL in request.scope["path"]:
        raise not_found("address")
    if not request.scope["query_string"]:
        return
    known = _query_names(request.scope["route"].dependant)
    if not known.issuperset(request.query_params):
        names = ", ".join(sorted(known)) or "none"
        raise invalid("query", "has a parameter that is not known here", f"known: {names}")
    for name, value in request.query_params.multi_items():
        if NUL in value:
            raise invalid(f"query.{name}", "must not contain the NUL character", "remove it")


def _query_names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_query_names(below) for below in dependant.dependencies))
