"""The route of the verdict."""

from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from schemas.base import Instant
from schemas.readiness import Readiness
from service.api.call import Call, Reading
from service.api.contract import MAX_INTEGER, ConceptKey, errors
from service.usecases.readiness import read_readiness
from service.usecases.refused import Refused
from service.usecases.verdicts import Asked

router = APIRouter(prefix="/v1/concepts/{concept}", tags=["9 Readiness"])

Gate = Annotated[str | None, Query(description="Unsaid: the next gate.", examples=["G1"])]
AsOf = Annotated[Instant | None, Query(description="Any instant, past or future; unsaid: now (RFC 3339).")]
Whole = Annotated[int | None, Query(ge=1, le=MAX_INTEGER)]
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


@router.get(
    "/readiness",
    summary="May this concept pass its next gate?",
    response_model=Readiness,
    responses={
        304: {"description": "Nothing in the verdict has changed (If-None-Match)."},
        **errors("not-found", "gate-not-ready"),
    },
)
async def get_readiness(
    concept: ConceptKey,
    call: Reading,
    request: Request,
    gate: Gate = None,
    as_of: AsOf = None,
    process_version: Whole = None,
    position: Whole = None,
    require: Annotated[
        Literal["ready"] | None,
        Query(description="`ready`: answer 409 unless ready, so that `curl -f` fails."),
    ] = None,
) -> Response:
    """The verdict, and if it is not ready, exactly what is missing. Writes nothing.

    `process_version` asks what another version would say; `position` what was known at that
    event of the portfolio. Revalidate with If-None-Match: the ETag is over all but `as_of`.
    """
    asked = Asked(gate, as_of, position, process_version)
    verdict = await call.read(read_readiness, call.rooms.clock, concept, asked)
    verdict = linked(verdict, call)
    if require == "ready" and not verdict.ready:
        raise not_ready(verdict)
    body = verdict.model_dump_json().encode()
    etag = _etag(body, verdict.as_of)
    headers = {**CACHING, "ETag": etag}
    if etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def linked(verdict: Readiness, call: Call) -> Readiness:
    """The verdict with the address at which people find it."""
    address = f"{call.base_url}/docs#/9%20Readiness/get_readiness"
    return verdict.model_copy(update={"html_url": address})


def not_ready(verdict: Readiness) -> Refused:
    """The refusal that carries the whole verdict."""
    missing = ", ".join(verdict.blocking) or (verdict.not_evaluable.message if verdict.not_evaluable else "")
    return Refused("gate-not-ready", f"Gate {verdict.gate}: {missing}", readiness=verdict)


def _etag(body: bytes, as_of: datetime) -> str:
    said = as_of.isoformat().replace("+00:00", "Z").encode()
    rest = body.replace(b'"as_of":"' + said + b'"', b"", 1)
    return f'"{blake2b(rest, digest_size=16).hexdigest()}"'
