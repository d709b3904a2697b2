"""Routes of processes."""

from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request

from schemas.base import KEY_PATTERN
from schemas.page import Page
from schemas.problem import FieldProblem
from schemas.process import Process, ProcessVersion
from service.api.call import Call, Reading, unsupported, writing
from service.api.contract.problem_examples import errors, list_errors, malformed, write_errors
from service.api.examples import path
from service.api.guards import GuardedRoute
from service.api.parameters import MAX_INTEGER, Paging
from service.usecases.errors import Refused
from service.usecases.processes import processes
from service.usecases.processes.documents import read_process
from service.usecases.processes.validation import NO_CRITERION

router = APIRouter(route_class=GuardedRoute, prefix="/v1", tags=["Processes"])
ONE_GATE_KEY = ("one-gate", "one-gate: yours, once you have published it")
Key = Annotated[
    str,
    path(
        "The process's key.",
        ("stage-gate", "stage-gate: the default, six gates"),
        ("starter", "starter: three gates with low numbers"),
        ONE_GATE_KEY,
    ),
]
NewKey = Annotated[
    str,
    path(
        "The process's key: a new one, or one that gets a further version.",
        ONE_GATE_KEY,
        pattern=KEY_PATTERN,
    ),
]
Number = Annotated[int, path("Counted from 1.", (1, "1: the first"), ge=1, le=MAX_INTEGER)]
UNKNOWN_CRITERION = Refused(
    "invalid-process",
    "line 10: body.gates.0.decisions.0.criteria.0: this is no criterion that Gateproof knows",
    FieldProblem(
        field="body.gates.0.decisions.0.criteria.0",
        rule=NO_CRITERION[0],
        remedy=NO_CRITERION[1],
        line=10,
    ),
)
NO_VERSION_0 = malformed("path.version", "input should be greater than or equal to 1")

JSON_TYPES = {"application/json"}
YAML_TYPES = {"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"}
ONE_GATE = """title: One gate
gates:
  - key: G1
    title: Worth building
    stage: building
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: problem-heard, at_least: 1, of: conversations, waivable: false}
          - {id: problem-customers, at_least: 3, of: customers}
"""
_HEARD = {"id": "problem-heard", "at_least": 1, "of": "conversations", "waivable": False}
_PROBLEM = {"key": "problem", "title": "The problem", "criteria": [_HEARD]}
_G1 = {"key": "G1", "title": "Worth building", "stage": "building", "decisions": [_PROBLEM]}
ONE_GATE_JSON = {"title": "One gate", "gates": [_G1]}


def document_body(*, required: bool, **of_json: Any) -> dict[str, Any]:
    """Returns what the contract says of a body that is a process, as YAML or JSON; `of_json`: beside its
    schema."""
    content = {
        "application/yaml": {"schema": {"type": "string"}, "example": ONE_GATE},
        "application/json": {"schema": {"$ref": "#/components/schemas/Process"}, **of_json},
    }
    return {"requestBody": {"required": required, "content": content}}


async def read_document(request: Request, body: bytes, key: str) -> Process:
    """The process in a body of either kind; refused with line and rule when it breaks one."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in JSON_TYPES | YAML_TYPES:
        raise unsupported("application/yaml", "application/json")
    reading = partial(read_process, body, is_json=media_type in JSON_TYPES, key=key)
    return await to_thread.run_sync(reading)  # a large one takes a second


@router.get("/processes", summary="List processes", responses=list_errors())
async def list_processes(page: Paging, call: Reading) -> Page[ProcessVersion]:
    """The newest version of each, by key."""
    return call.link(await call.read(processes.list_processes, page))


@router.put(
    "/processes/{process}",
    summary="Publish a process",
    status_code=201,
    responses={
        200: {"model": ProcessVersion, "description": "This content was published before."},
        **write_errors("invalid-process", wrong=UNKNOWN_CRITERION),
    },
    openapi_extra=document_body(required=True),
)
async def publish_process(process: NewKey, call: Annotated[Call, Depends(writing)]) -> ProcessVersion:
    """A version from YAML or JSON. The same content is the same version; none ever changes.

    New concepts take the newest version unless they name another.

    What breaks a rule is refused with the line and the rule. The schema for your editor is at
    /v1/process-schema.
    """
    document = await read_document(call.request, call.caller.body, process)
    version, is_new = await call.write(processes.publish_process, process, document)
    call.response.status_code = 201 if is_new else 200
    call.response.headers["Location"] = f"/v1/processes/{process}/versions/{version.version}"
    return version


@router.get("/processes/{process}", summary="Read the newest version", responses=errors(of="process version"))
async def get_process(process: Key, call: Reading) -> ProcessVersion:
    """What a new concept would be pinned to."""
    return await call.read(processes.get_process_version, process, None)


@router.get("/processes/{process}/versions", summary="List versions", responses=errors(of="process version"))
async def list_process_versions(process: Key, call: Reading) -> Page[ProcessVersion]:
    """Every version of one process, in order."""
    versions = await call.read(processes.list_versions, process)
    return Page(items=list(versions), next=None)


@router.get(
    "/processes/{process}/versions/{version}",
    summary="Read a version",
    responses=errors(wrong=NO_VERSION_0, of="process version"),
)
async def get_process_version(process: Key, version: Number, call: Reading) -> ProcessVersion:
    """One published version, as it will always be."""
    return await call.read(processes.get_process_version, process, version)


@router.get("/process-schema", summary="Read the JSON Schema of a process", responses=errors())
async def get_process_schema(call: Reading) -> dict[str, Any]:  # noqa: ARG001 - a token is needed
    """For editors and linters: what a process document may say."""
    return process_schema()


def process_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **Process.model_json_schema()}
