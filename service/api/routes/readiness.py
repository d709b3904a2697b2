"""The route of the verdict."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import Response

from schemas.base import Instant
from schemas.bot_readiness import BotReadiness
from schemas.plan import Plan
from schemas.readiness import Readiness, UncitedPage
from schemas.what_if import WhatIfIn
from service.api.call import Asking, Reading
from service.api.contract.problem_examples import VERDICT_SHOWN, ask_errors, errors, list_errors
from service.api.examples import choice, examples
from service.api.fast.verdict_bytes import CACHING, for_role, is_known, with_html_url, written
from service.api.guards import GuardedRoute
from service.api.parameters import MAX_INTEGER, ConceptKey, Paging
from service.usecases.errors import Refused, invalid
from service.usecases.planning import plan, what_if_verdicts
from service.usecases.verdicts import uncited_list
from service.usecases.verdicts.cases import VerdictQuery
from service.usecases.verdicts.readiness import read_readiness

Gate = Annotated[str | None, Query(description="Left out: the next gate.", examples=["G1"])]
AsOf = Annotated[
    Instant | None,
    Query(description="Any instant, past or future; left out: now.", examples=["2026-12-24T00:00:00Z"]),
]
Version = Annotated[
    int | None,
    Query(
        ge=1,
        le=MAX_INTEGER,
        description="What another version of the process would say; left out: the concept's.",
    ),
]
Position = Annotated[
    int | None,
    Query(
        ge=0,
        le=MAX_INTEGER,
        description="What was known at this event of the portfolio; left out: all that is known.",
    ),
]
Known = Annotated[
    str | None,
    Header(
        alias="If-None-Match", description="The ETag of the verdict that you have: 304 if it still holds."
    ),
]
NO_OFFSET = invalid("query.as_of", "must name its offset, as in 2026-11-03T09:00:00Z", "correct it")
NO_GATE = invalid("body.gate", "must be a gate of the concept's process", "one of G1, G2, G3, G4, G5, PLR")


router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts/{concept}", tags=["Readiness"])


async def revalidating(if_none_match: Known = None) -> None:
    """Declares If-None-Match to the contract; `get_readiness` and `Polls` read it from the request."""


@router.get(
    "/readiness",
    summary="May this concept pass its next gate?",
    response_model=Readiness | BotReadiness,
    responses={
        200: {"content": {"application/json": {"examples": VERDICT_SHOWN}}},
        304: {"description": "Nothing in the verdict has changed (If-None-Match)."},
        **errors("gate-not-ready", "gate-not-next", "hypothetical", wrong=NO_OFFSET, of="concept"),
    },
    dependencies=[Depends(revalidating)],
)
async def get_readiness(
    concept: ConceptKey,
    call: Reading,
    gate: Gate = None,
    as_of: AsOf = None,
    process_version: Version = None,
    position: Position = None,
    require: Annotated[
        Literal["ready"] | None,
        Query(
            description="`ready`: answer 409 unless ready, so that `curl -f` fails; also where another gate"
            " than the next, another process version, position or time is asked for."
        ),
    ] = None,
) -> Response:
    """The verdict and, if it is not ready, exactly what is missing. Writes nothing.

    Read `blocking` first, then those criteria: each has a message, a remedy and a deficit.
    `not_counted` says why a citation does not count, `passes_until` how long this verdict holds.
    Revalidate with If-None-Match: the ETag is over all but `as_of`.
    """
    asked = VerdictQuery(gate, as_of, position, process_version)
    ask = partial(read_readiness, required=require == "ready")
    verdict = await call.read(ask, call.caller, concept, asked)
    document = for_role(with_html_url(verdict, call.base_url), call.holder.role)
    if require == "ready" and not document.ready:
        raise not_ready(document)
    body, etag = written(document)
    headers = {**CACHING, "ETag": etag}
    if is_known(etag, call.request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get(
    "/readiness/plan",
    summary="Which conversations are still to be had?",
    responses=errors(wrong=NO_OFFSET, of="concept"),
)
async def get_plan(
    concept: ConceptKey, call: Reading, gate: Gate = None, as_of: AsOf = None, process_version: Version = None
) -> Plan:
    """The smallest list of conversations that would meet what blocks, each counted as often as it can serve.

    It takes what was heard already as it is cited, and every conversation to come to be with a customer
    not heard before. `exact` says whether fewer cannot do. `what_if` is the plan as a body for what-if.
    """
    asked = VerdictQuery(gate, as_of, None, process_version)
    return await call.read_page(plan.read_plan, call.caller, concept, asked)


@router.get("/readiness/uncited", summary="What did nobody cite?", responses=list_errors(of="concept"))
async def list_uncited(concept: ConceptKey, page: Paging, call: Reading) -> UncitedPage:
    """Every conversation that the team held with a fitting customer since the last gate and that no citation
    brings before the next one, with what was done to it. A verdict shows the newest hundred of them."""
    return call.link(await call.read_page(uncited_list.list_uncited, call.caller, page, concept))


@router.post(
    "/readiness/what-if",
    summary="What would the verdict be, if?",
    responses=ask_errors(wrong=NO_GATE, of="concept"),
    openapi_extra=examples(
        choice(
            "three talks: would these be enough?",
            conversations=[{"ref": "first"}, {"ref": "second"}, {"ref": "third", "segment": "marina"}],
            citations=[
                {"conversation": "first", "decision": "problem"},
                {"conversation": "second", "decision": "problem"},
                {"conversation": "third", "decision": "problem"},
            ],
        ),
        choice("an instant: what will have grown too old by then?", as_of="2027-03-01T00:00:00Z"),
        choice("nothing: the verdict as it is"),
    ),
)
async def what_if(concept: ConceptKey, body: WhatIfIn, call: Asking) -> Readiness:
    """The verdict that would result from conversations, citations, withdrawals or an instant. Writes nothing.

    A supposed conversation needs no more than a `ref`: what is unsaid does not stand in its way. Its
    revision is 0, and the `input_digest` is no recorded verdict's. Conversations on record are cited by id.
    """
    verdict = await call.read(what_if_verdicts.what_if, call.caller, concept, body)
    return with_html_url(verdict, call.base_url)


def not_ready(verdict: Readiness | BotReadiness, *, warned: bool = False) -> Refused:
    """Returns the refusal that carries the whole verdict. `warned`: an acknowledgement would suffice."""
    missing = ", ".join(verdict.blocking) or (verdict.not_evaluable.message if verdict.not_evaluable else "")
    if warned:
        missing += ". The process only warns: send acknowledged: true to go all the same."
    return Refused("gate-not-ready", f"Gate {verdict.gate}: {missing}", readiness=verdict)
