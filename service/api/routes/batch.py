"""The route of many verdicts at once."""

from collections import Counter

from fastapi import APIRouter
from fastapi.responses import Response

from schemas.batch import Batch, BatchCounts, BatchIn, BatchItem
from schemas.readiness import Readiness
from service.api.call import Asking, Call
from service.api.contract.problem_examples import ask_errors, missing
from service.api.examples import choice, examples
from service.api.fast.verdict_bytes import for_role, with_html_url
from service.api.guards import GuardedRoute
from service.usecases.errors import Refused, problem_of
from service.usecases.verdicts.batch import read_batch

router = APIRouter(route_class=GuardedRoute, prefix="/v1", tags=["Readiness"])
BATCH = 25
"""Concepts judged at a time: others come between."""


@router.post(
    "/readiness/batch",
    summary="May these concepts pass?",
    response_model=Batch,
    responses=ask_errors(wrong=missing("concepts")),
    openapi_extra=examples(
        choice(
            "two: by their keys, one at a named gate",
            concepts=[{"concept": "berth-swap"}, {"concept": "will-it-sail", "gate": "G2"}],
        ),
        choice(
            "elsewhere: by an id in another system; and one that is not there",
            concepts=[{"external": "jira:PRD-12"}, {"concept": "nobodys"}],
        ),
    ),
)
async def batch_readiness(body: BatchIn, call: Asking) -> Response:
    """The readiness of up to 500 named concepts. Writes nothing.

    Answers come in the request's order: the document that the concept's own readiness gives, or the problem
    that it would answer. `ready` is true only if all of them are.
    """
    items: list[BatchItem] = []
    for first in range(0, len(body.concepts), BATCH):
        some = body.concepts[first : first + BATCH]
        answers = await call.read_in_thread(read_batch, call.caller, some, first)
        items += [_item(each, call) for each in answers]
    counted = Counter(each.readiness.verdict if each.readiness else "problems" for each in items)
    ready = all(each.readiness is not None and each.readiness.ready for each in items)
    answer = Batch(ready=ready, counts=BatchCounts(**counted), items=items)
    return Response(answer.model_dump_json(), media_type="application/json")


def _item(answer: Readiness | Refused, call: Call) -> BatchItem:
    if isinstance(answer, Refused):
        return BatchItem(problem=problem_of(answer))
    return BatchItem(readiness=for_role(with_html_url(answer, call.base_url), call.holder.role))
