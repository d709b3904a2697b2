"""The contract as served: what FastAPI gathers, put into the one error shape."""

from typing import Any

import ruamel.yaml
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from schemas.problem import Problem
from schemas.process import Process

DESCRIPTION = """
Concepts pass their gates on **recent customer conversations** that justify each decision, or not
at all. The groups below are in the order in which you will need them:
a portfolio, people and customers; a concept and its decisions; conversations, cited for decisions;
then ask for **readiness**, and decide the gate.

Press *Authorize* first and paste your token. Every error is problem+json that names the field, the
rule and the remedy.
"""


def describe(app: FastAPI) -> None:
    """Make the application serve its own contract."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = contract(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def contract(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1."""
    said = get_openapi(
        title=app.title,
        version=app.version,
        summary="Show the conversations, and how they shaped the concept, before each gate.",
        description=DESCRIPTION.strip(),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
    )
    schemas = said["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _, extra = models_json_schema(
        [(Problem, "serialization"), (Process, "validation")],
        ref_template="#/components/schemas/{model}",
    )
    for name, schema in extra["$defs"].items():
        schemas.setdefault(name, schema)
    return said


def as_yaml(document: dict[str, Any]) -> str:
    """The contract as text that is the same each time."""
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.representer.sort_base_mapping_type_on_output = False
    stream = ruamel.yaml.compat.StringIO()
    yaml.dump(document, stream)
    return str(stream.getvalue())
