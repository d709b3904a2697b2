"""Routes of portfolios."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from schemas.nouns import Portfolio, PortfolioIn, PortfolioPatch
from schemas.page import Page
from service.api.call import Changing, Creating, Reading
from service.api.contract.problem_examples import BAD_CURSOR, errors, missing, unknown, write_errors
from service.api.examples import example, path
from service.api.guards import GuardedRoute
from service.api.parameters import link_next, tag, wanted
from service.usecases.paging import PageRequest
from service.usecases.registry import portfolios

router = APIRouter(route_class=GuardedRoute, prefix="/v1/portfolios", tags=["Portfolios"])
Key = Annotated[
    str,
    path(
        "The portfolio's key.",
        ("harbour", "harbour: the example portfolio"),
        ("energy", "energy: yours, once you have created it"),
    ),
]


@router.post(
    "",
    status_code=201,
    summary="Create a portfolio",
    responses=write_errors("key-taken", wrong=missing("name")),
    openapi_extra=example(key="energy", name="Energy data"),
)
async def create_portfolio(body: PortfolioIn, call: Creating, response: Response) -> Portfolio:
    """A business unit's concepts, with an audit chain of their own. Start here."""
    made = await call.write(portfolios.create_portfolio, body)
    tag(response, made.revision, f"/v1/portfolios/{made.key}")
    return made


@router.get("", summary="List portfolios", responses=errors(wrong=BAD_CURSOR))
async def list_portfolios(
    page: Annotated[PageRequest, Depends(wanted)], call: Reading, request: Request, response: Response
) -> Page[Portfolio]:
    """Portfolios by key, page by page."""
    portfolios_page = await call.read(portfolios.list_portfolios, call.caller, page)
    link_next(request, response, portfolios_page)
    return portfolios_page


@router.get("/{portfolio}", summary="Read a portfolio", responses=errors("not-found", of="portfolio"))
async def get_portfolio(portfolio: Key, call: Reading, response: Response) -> Portfolio:
    """One portfolio; its ETag is for If-Match."""
    current = await call.read(portfolios.get_portfolio, call.caller, portfolio)
    tag(response, current.revision)
    return current


@router.patch(
    "/{portfolio}",
    summary="Change a portfolio",
    responses=write_errors(
        "not-found", "precondition-failed", "precondition-required", wrong=unknown("key"), of="portfolio"
    ),
    openapi_extra=example(name="Harbours and ferries"),
)
async def change_portfolio(
    portfolio: Key, body: PortfolioPatch, call: Changing, response: Response
) -> Portfolio:
    """Rename it, say which processes its concepts may take (null: any), or how long it keeps
    conversations (null: for good)."""
    changed = await call.write(portfolios.change_portfolio, portfolio, body)
    tag(response, changed.revision)
    return changed
