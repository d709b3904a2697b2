"""Routes of moving many concepts to another process version."""

from collections.abc import Awaitable

from fastapi import APIRouter

from schemas.moves import Moves, MovesIn, MovesPreview, MovesPreviewIn
from service.api.call import Asking, Creating
from service.api.contract.problem_examples import ask_errors, missing, write_errors
from service.api.examples import choice, examples
from service.api.guards import GuardedRoute
from service.api.parameters import Paging
from service.api.routes.processes import Key
from service.api.routes.readiness_page import read_index
from service.usecases.moves import bulk_moves, preview
from service.usecases.verdicts.readiness_index import ReadTarget

router = APIRouter(route_class=GuardedRoute, prefix="/v1/processes/{process}/moves", tags=["Processes"])
TO_STARTER = {"key": "starter", "version": 1}


@router.post(
    "/preview",
    summary="Preview the move of a set of concepts",
    responses=ask_errors(wrong=missing("version"), of="process version"),
    openapi_extra=examples(
        choice("starter: all its live concepts", **TO_STARTER),
        choice("blocked: those that are, before G1", **TO_STARTER, verdict="blocked", gate="G1"),
    ),
)
async def preview_moves(process: Key, body: MovesPreviewIn, page: Paging, call: Asking) -> MovesPreview:
    """Which live concepts would move, and how each stands before and after. Writes nothing.

    Its `set` names them as they are: a move has to say it, and is refused when it is another one by then.
    Evidence may go on meanwhile. Send the same body with each page's cursor.
    """

    def read(target: ReadTarget) -> Awaitable[MovesPreview]:
        return call.read_serialised(preview.preview_moves, call.caller, target, process, body, page)

    return call.link(await read_index(call, list(body.portfolios), read))


@router.post(
    "",
    summary="Move a set of concepts to another process version",
    responses=write_errors("set-changed", wrong=missing("reason"), of="process version"),
    openapi_extra=examples(
        choice(
            "starter: refused until `set` is what the preview answered",
            **TO_STARTER,
            reason="Small bets, from now on.",
            set="2-0000000000000000000000000000000000000000000000000000000000000000",
        ),
    ),
)
async def move_concepts(process: Key, body: MovesIn, call: Creating) -> Moves:
    """Move what was previewed: each concept as if it were moved alone, with the same reason.

    Some fifty at a time, so that nobody waits long. What cannot move stays, says why in `problems`, and
    stops no other. When the answer is lost, send the same again: what has moved stays moved, and the rest
    follows.
    """

    def begin(_: ReadTarget | None) -> Awaitable[bulk_moves.MovableSet]:
        return call.write_in_own_transactions(bulk_moves.begin_moves, process, body)

    by_verdict = body.verdict is not None
    begun = await (read_index(call, list(body.portfolios), begin) if by_verdict else begin(None))
    problems = []
    for portfolio, batch in begun.batches():
        problems += await call.write_in_own_transactions(
            bulk_moves.move_batch, begun.target, body, portfolio, batch
        )
    return await call.read(bulk_moves.moves_so_far, begun.target, body, problems)
