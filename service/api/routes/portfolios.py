"""Routes of portfolios."""

from typing import Annotated

from fastapi import APIRouter

from schemas.nouns import Portfolio, PortfolioIn, PortfolioPatch
from schemas.page import Page
from service.api.call import Changing, Creating, Reading
from service.api.contract.problem_examples import (
    change_errors,
    errors,
    list_errors,
    missing,
    unknown,
    write_errors,
)
from service.api.examples import example, path
from service.api.guards import GuardedRoute
from service.api.parameters import Paging
from service.usecases.registry import nouns, portfolios

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
async def create_portfolio(body: PortfolioIn, call: Creating) -> Portfolio:
    """A business unit's concepts, with an audit chain of their own. Start here."""
    made = await call.write(portfolios.create_portfolio, body)
    return call.tag(made, f"/v1/portfolios/{made.key}")


@router.get("", summary="List portfolios", responses=list_errors())
async def list_portfolios(page: Paging, call: Reading) -> Page[Portfolio]:
    """Portfolios by key, page by page."""
    return call.link(await call.read(nouns.listed, call.caller, portfolios.PORTFOLIO, page))


@router.get("/{portfolio}", summary="Read a portfolio", responses=errors(of="portfolio"))
async def get_portfolio(portfolio: Key, call: Reading) -> Portfolio:
    """One portfolio; its ETag is for If-Match."""
    return call.tag(await call.read(nouns.read, call.caller, portfolios.PORTFOLIO, portfolio))


@router.patch(
    "/{portfolio}",
    summary="Change a portfolio",
    responses=change_errors(wrong=unknown("key"), of="portfolio"),
    openapi_extra=example(name="Harbours and ferries"),
)
async def change_portfolio(portfolio: Key, body: PortfolioPatch, call: Changing) -> Portfolio:
    """Rename it, say which processes its concepts may take (null: any), or how long it keeps
    conversations (null: for good)."""
    return call.tag(await call.write(portfolios.change_portfolio, portfolio, body))
