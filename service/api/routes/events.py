"""The route of the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from schemas.audit import EventPage
from service.api.call import Reading
from service.api.contract.problem_examples import errors
from service.api.guards import GuardedRoute
from service.api.parameters import OfChain, Paging
from service.domain.record.event import EVENTS
from service.domain.record.review import ReviewRefused
from service.usecases.audit import events
from service.usecases.paging import bad_cursor

router = APIRouter(route_class=GuardedRoute, prefix="/v1/events", tags=["Events"])


TYPES = "\n".join(f"- `{type}`: {event.__doc__}" for type, event in sorted(EVENTS.items()))
DESCRIPTION = f"""Who did what and when: ids, facts and commitments, never words.

Follow the log by polling with `resume`: it misses nothing, however many write at once. After a
restore, or a failover that lost writes, it is refused (410 `cursor-of-another-history`): begin again then.

By type; what the `data` of each holds stands in docs/events.md:

{TYPES}
"""


@router.get(
    "",
    summary="Read the audit log",
    description=DESCRIPTION,
    response_model=EventPage,
    responses=errors("cursor-of-another-history", wrong=bad_cursor()),
)
async def list_events(
    page: Paging,
    call: Reading,
    portfolio: OfChain = None,
    type: Annotated[str | None, Query(description="Only this type.", examples=[ReviewRefused.type])] = None,
) -> Response:
    """Events in their order."""
    written = await call.read_page(events.list_events, call.caller, page, portfolio, type)
    response = Response(written.document, media_type="application/json")
    call.link(written, response)
    return response
