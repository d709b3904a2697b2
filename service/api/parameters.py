"""The parameters that routes have in common."""

from typing import Annotated

from fastapi import Depends, Query, Request
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
InPortfolio = Annotated[str | None, Query(description="Only this portfolio's.")]
OfChain = Annotated[str | None, Query(description="Only this portfolio's chain, or `organisation`'s.")]
OfPortfolio = Annotated[str | None, Query(description="Whose id it is, where several portfolios have it.")]
NO_SUCH_PARAMETER = invalid("query", "has a parameter that is not known here", "known: portfolio")


async def paging(limit: Limit = 50, cursor: Cursor = None) -> PageRequest:
    """Returns which page is asked for."""
    return PageRequest(limit, cursor)


Paging = Annotated[PageRequest, Depends(paging)]


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
