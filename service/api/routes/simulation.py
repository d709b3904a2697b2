"""The route of simulation: what a process would do, before it is published."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from schemas.simulation import Effect, Simulation
from service.api.call import Reading
from service.api.contract.problem_examples import ask_errors
from service.api.guards import GuardedRoute
from service.api.parameters import MAX_INTEGER, Paging
from service.api.routes.processes import (
    ONE_GATE_JSON,
    UNKNOWN_CRITERION,
    Key,
    document_body,
    read_document,
)
from service.api.routes.readiness_page import read_index
from service.usecases.errors import invalid
from service.usecases.moves import simulation
from service.usecases.moves.simulation import Trial
from service.usecases.verdicts.readiness_index import ReadTarget

router = APIRouter(route_class=GuardedRoute, prefix="/v1", tags=["Processes"])


async def trial(
    process: Key,
    request: Request,
    version: Annotated[
        int | None, Query(ge=1, le=MAX_INTEGER, description="A published version, in place of a draft.")
    ] = None,
    portfolio: Annotated[
        list[str] | None, Query(description="Only these portfolios' concepts; left out: all that you see.")
    ] = None,
    of: Annotated[
        str | None,
        Query(description="Concepts that go by this process; left out: by the one in the address."),
    ] = None,
    effect: Annotated[Effect | None, Query(description="Only those on which it has this effect.")] = None,
) -> Trial:
    """What is tried, and on which concepts."""
    body = await request.body()
    if body and version is not None:
        raise invalid("body", "a draft and a version are two questions", "send the draft, or name a version")
    draft = await read_document(request, body, process) if body else None
    return Trial(process, draft, version, of, tuple(portfolio or ()), effect)


@router.post(
    "/processes/{process}/simulate",
    summary="Try a process on its concepts",
    responses=ask_errors("invalid-process", wrong=UNKNOWN_CRITERION, of="process version"),
    openapi_extra=document_body(required=False, example=ONE_GATE_JSON),
)
async def simulate_process(
    tried: Annotated[Trial, Depends(trial)], page: Paging, call: Reading
) -> Simulation:
    """What a draft, or another version, would say of every live concept that goes by this process.

    For each: the verdict at its next gate now and then, and the criteria that make the difference. Writes
    nothing. Send the same draft with each page's cursor. The first page goes through all concepts, some
    thousand a second, to count them.
    """

    def read(target: ReadTarget) -> Awaitable[Simulation]:
        return call.read_serialised(simulation.simulate, call.caller, target, tried, page)

    return call.link(await read_index(call, list(tried.portfolios), read))
