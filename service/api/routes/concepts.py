"""Routes of concepts."""

from typing import Annotated

from fastapi import APIRouter, Query

from schemas.base import Key, Label
from schemas.concept import Concept, ConceptIn, ConceptPatch, Move, MoveIn
from schemas.page import Page
from service.api.call import Changing, Creating, Reading, Syncing
from service.api.contract.problem_examples import (
    change_errors,
    errors,
    list_errors,
    missing,
    put_responses,
    unknown,
    write_errors,
)
from service.api.examples import HONESTY_BOX, example, path
from service.api.guards import GuardedRoute
from service.api.parameters import NO_SUCH_PARAMETER, ConceptKey, InPortfolio, OfPortfolio, Paging
from service.usecases.concepts import concepts
from service.usecases.errors import invalid
from service.usecases.moves import move
from service.usecases.sync import concept_sync

NO_VERSION = invalid("body.version", "there is no such version", "1 to 1")
LINKED = ("HAR-7", "HAR-7: berth-swap there")
System = Annotated[Key, path("The other system.", ("jira", "jira"))]
IdElsewhere = Annotated[Label, path("The id that it has there.", LINKED)]
Moved = Annotated[str, path("The concept's key.", HONESTY_BOX)]
router = APIRouter(route_class=GuardedRoute, prefix="/v1/concepts", tags=["Concepts"])


@router.post(
    "",
    status_code=201,
    summary="Create a concept",
    responses=write_errors("key-taken", "external-taken", wrong=missing("origin")),
    openapi_extra=example(
        key="tariff-radar",
        portfolio="energy",
        title="Tariff radar",
        process="stage-gate",
        origin="customer_pattern",
        primary_segment="smb",
        team=["pm-1"],
        external=[{"system": "jira", "id": "PRD-12", "url": "https://jira.example/PRD-12"}],
    ),
)
async def create_concept(body: ConceptIn, call: Creating) -> Concept:
    """A product idea before the first gate of its process, whose newest version is pinned."""
    made = await call.write(concepts.create_concept, body)
    return call.tag(made, f"/v1/concepts/{made.key}")


@router.get("", summary="List concepts", responses=list_errors())
async def list_concepts(
    page: Paging,
    call: Reading,
    portfolio: InPortfolio = None,
    external: Annotated[
        str | None, Query(description="Only those with this id elsewhere, as system:id.")
    ] = None,
) -> Page[Concept]:
    """Concepts by key, page by page."""
    return call.link(await call.read(concepts.list_concepts, call.caller, page, portfolio, external))


@router.get(
    "/by-external/{system}/{id:path}",
    summary="Read a concept by its id elsewhere",
    responses=errors(wrong=NO_SUCH_PARAMETER, of="concept"),
)
async def get_concept_by_external(
    system: System, id: IdElsewhere, call: Reading, portfolio: OfPortfolio = None
) -> Concept:
    """One concept by its id in another system; the ETag is for If-Match."""
    return call.tag(await call.read(concept_sync.get_by_external, call.caller, system, id, portfolio))


@router.put(
    "/by-external/{system}/{id:path}",
    status_code=201,
    summary="Create or update a concept by its id elsewhere",
    responses=put_responses(Concept, "key-taken", "external-taken", wrong=missing("origin")),
    openapi_extra=example(
        key="berth-swap",
        portfolio="harbour",
        title="Berth swap",
        process="stage-gate",
        origin="competitor_copy",
        primary_segment="small-port",
        team=["callum", "tomasz", "yuki"],
        external=[{"system": "jira", "id": "HAR-7", "url": "https://jira.example/HAR-7"}],
    ),
)
async def put_concept_by_external(system: System, id: IdElsewhere, body: ConceptIn, call: Syncing) -> Concept:
    """The whole concept as another system has it: created, brought up to date, or left as it is.

    Repeating it changes nothing. The id in the address is added to `external`. Key and portfolio stay as
    they were created; `process` and `process_version` are where it begins, and moving it is another call.
    """
    put, is_new = await call.write(concept_sync.put_by_external, system, id, body)
    return call.put(put, f"/v1/concepts/{put.key}", is_new=is_new)


@router.get("/{concept}", summary="Read a concept", responses=errors(of="concept"))
async def get_concept(concept: ConceptKey, call: Reading) -> Concept:
    """One concept, its stage and next gate; the ETag is for If-Match."""
    return call.tag(await call.read(concepts.get_concept, call.caller, concept))


@router.patch(
    "/{concept}",
    summary="Change a concept",
    responses=change_errors("external-taken", wrong=unknown("stage"), of="concept"),
    openapi_extra=example(title="Berth swap, by text message"),
)
async def change_concept(concept: ConceptKey, body: ConceptPatch, call: Changing) -> Concept:
    """Title, origin, segments, team or external ids. Stage and portfolio move by reviews only."""
    return call.tag(await call.write(concepts.change_concept, concept, body))


@router.post(
    "/{concept}/process",
    summary="Move a concept to another process version",
    responses=write_errors("process-unchanged", "precondition-failed", wrong=NO_VERSION, of="concept"),
    openapi_extra=example(key="stage-gate", version=1, reason="It has grown: all the gates, from now on."),
)
async def move_concept(
    concept: Moved,
    body: MoveIn,
    call: Creating,
    preview: Annotated[
        bool | None, Query(description="true: say what would change, and move nothing.")
    ] = None,
) -> Move:
    """From now on the concept goes by that version. Its reviews stay as they were, and still replay.

    Gates are told apart by their keys: what was passed stays passed where the version has that gate.
    """
    if preview:
        return await call.read(move.preview_move, call.caller, concept, body)
    return await call.write(move.move_concept, concept, body)
