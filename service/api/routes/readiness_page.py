"""The route of the page of readiness."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import orjson
from fastapi import APIRouter, Depends, Query, Response

from schemas.readiness_page import BotReadinessPage, ReadinessPage
from schemas.vocabulary import Verdict
from service.api.call import Call, Reading
from service.api.contract.problem_examples import list_errors
from service.api.guards import GuardedRoute
from service.api.parameters import InPortfolio, Paging
from service.store.derived.readiness_index import NotAsWritten
from service.usecases.verdicts.readiness_index import ReadTarget, behind, catch_up, repair, target_now
from service.usecases.verdicts.readiness_page import PageFilters, WrittenPage
from service.usecases.verdicts.readiness_page import list_readiness as list_page

R = TypeVar("R")
router = APIRouter(route_class=GuardedRoute, prefix="/v1", tags=["Readiness"])


async def chosen(
    portfolio: InPortfolio = None,
    gate: Annotated[str | None, Query(description="Only those whose next gate has this key.")] = None,
    verdict: Annotated[Verdict | None, Query(description="Only those with this verdict.")] = None,
    process: Annotated[str | None, Query(description="Only those that go by this process.")] = None,
    owner: Annotated[
        str | None, Query(description="Only those with a decision that this person answers for.")
    ] = None,
    external: Annotated[
        str | None, Query(description="Only those with an id in this system, or with this one: system:id.")
    ] = None,
    expiring_within: Annotated[
        int | None,
        Query(ge=1, le=3650, description="Only those that time alone will block within so many days."),
    ] = None,
) -> PageFilters:
    """Which concepts are asked for."""
    return PageFilters(portfolio, gate, verdict, process, owner, external, expiring_within)


@router.get(
    "/readiness",
    summary="Where does every concept stand?",
    response_model=ReadinessPage | BotReadinessPage,
    responses=list_errors(),
)
async def list_readiness(
    page: Paging, which: Annotated[PageFilters, Depends(chosen)], call: Reading
) -> Response:
    """Every live concept with its verdict at its next gate; what expires first comes first.

    Live: neither killed nor past its last gate. Each entry is what the concept's own readiness says at
    `as_of`, in short. `counts` are over all pages, whichever `verdict` is asked for.
    """

    def read(target: ReadTarget) -> Awaitable[WrittenPage]:
        return call.read_page(list_page, call.caller, target, which, page, words=call.holder.role != "bot")

    readiness_page = await read_index(call, [which.portfolio] if which.portfolio is not None else [], read)
    response = Response(_document(readiness_page), media_type="application/json")
    call.link(readiness_page, response)
    return response


def _document(page: WrittenPage) -> bytes:
    """Returns the page as JSON in the shape of the response model; its entries are JSON already."""
    rest = {"next": page.next, "as_of": page.as_of, "counts": page.counts.model_dump()}
    written = orjson.dumps(rest, option=orjson.OPT_UTC_Z)
    return b'{"items":[' + b",".join(page.items) + b"]," + written[1:]


async def read_index(call: Call, portfolios: list[str], read: Callable[[ReadTarget], Awaitable[R]]) -> R:
    """Reads from the index once it has reached the log of this instant; again where a row is not genuine."""
    while True:
        target = await _caught_up(call, portfolios)
        try:
            return await read(target)
        except NotAsWritten as error:
            await call.write_in_own_transactions(repair, error.concepts)


async def _caught_up(call: Call, portfolios: list[str]) -> ReadTarget:
    """Brings the readiness index up to the log of this instant, in batches that let writers come between."""
    target = await call.read(target_now, call.caller, portfolios)
    portfolio = target.behind
    while portfolio is not None:
        await call.write_in_own_transactions(catch_up, target, portfolio)
        portfolio = await call.read(behind, target)
    return target
