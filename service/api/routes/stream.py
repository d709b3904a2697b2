"""The route of the stream: what webhooks are told, for dashboards, as server-sent events."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

from anyio import sleep
from fastapi import APIRouter, Header, Query
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.responses import Response

from service.api.call import Call, Reading
from service.api.contract.problem_examples import errors, malformed
from service.api.examples import choices
from service.api.guards import GuardedRoute
from service.usecases.errors import Refused
from service.usecases.notify import stream
from service.usecases.notify.projector import follow_all
from service.usecases.notify.stream import StreamCursor

router = APIRouter(route_class=GuardedRoute, prefix="/v1/stream", tags=["Webhooks"])
EVENT_STREAM = "text/event-stream"
EVENT = {
    "type": "object",
    "description": "One event. `data` is the message of the webhook of its type, with its `id`, as JSON.",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer"},
    },
}
LONGEST, POLL, QUIET = 900, 1.0, 15.0
"""Seconds: a stream's life, between looks, and until a sign of life."""
COME_AGAIN = 3000
"""Milliseconds after which a browser comes again."""
NO_NUMBER = malformed(
    "query.seconds", "input should be a valid integer, unable to parse string as an integer"
)


@router.get(
    "",
    summary="Follow what flips",
    response_class=Response,
    responses={
        200: {"content": {EVENT_STREAM: {"schema": EVENT}}},
        **errors("cursor-of-another-history", wrong=NO_NUMBER),
    },
)
async def follow_stream(
    call: Reading,
    portfolio: Annotated[str | None, Query(description="Only this one; left out: all that you see.")] = None,
    seconds: Annotated[
        int | None,
        Query(
            ge=0,
            le=LONGEST,
            description="End after so long; left out: after a quarter of an hour.",
            openapi_examples=choices((2, "2: enough to see how it begins")),
        ),
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=8000,
            description="The id of the last event that was seen; left out: from now on.",
        ),
    ] = None,
) -> Response:
    """Server-sent events, each with the message of the webhook of its type; browsers resume by themselves.

    Ask with `Accept: text/event-stream` to wait for what comes. Else it ends once it has said what there is.
    Events say keys, codes and instants, never anybody's words. They are kept for 30 days.
    """
    positions = stream.positions_in(last_event_id)
    await call.write(stream.begin_stream, portfolio)
    is_waiting = EVENT_STREAM in call.request.headers.get("accept", "")
    life = 0 if not is_waiting else LONGEST if seconds is None else seconds
    live = call._replace(caller=call.caller._replace(clock=call.context.clock))
    # What happened before is not news, though nobody may have noticed it yet.
    await _catch_up(live)
    if positions is None:
        cursor = await live.read(stream.latest_position, live.caller, portfolio)
    else:
        cursor = await live.read(stream.resumed, positions)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(_events(live, portfolio, cursor, life), headers=headers)


async def _events(
    call: Call, portfolio: str | None, cursor: StreamCursor, life: float
) -> AsyncIterator[bytes]:
    yield format_sse_event(id=cursor.cursor, retry=COME_AGAIN, comment="here")
    ends, last_sent = monotonic() + life, monotonic()
    while True:
        await _catch_up(call)
        before = cursor
        try:
            events, cursor = await call.read(stream.events_since, call.caller, portfolio, before)
        except Refused:
            return  # another history took the place of this one: whoever comes again is told so
        for each in events:
            yield format_sse_event(event=each.type, data_str=each.data, id=each.id)
            last_sent = monotonic()
        if cursor != before:
            continue
        if monotonic() >= ends or not await call.read(stream.still_holds, call.holder, call.context.clock()):
            return
        if monotonic() - last_sent > QUIET:
            last_sent = monotonic()
            yield format_sse_event(comment="still here")
        await sleep(min(POLL, max(0.0, ends - monotonic())))


async def _catch_up(call: Call) -> None:
    """Writes the notices that are due; one of a process's listeners does it for all."""
    if await call.read(stream.is_behind, call.caller, call.context.clock()):
        await call.read_serialised(follow_all, call.caller.clock, call.caller.portfolios)
