"""The contract as served: FastAPI's document, with the one error shape."""

from typing import Any

import ruamel.yaml
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from schemas.access import ROLES
from schemas.bot_readiness import BotReadiness
from schemas.problem import Problem
from schemas.process import Process
from service.api.contract.problem_examples import SHARED
from service.api.permissions import MAY, ORGANISATION_WIDE, listed

DESCRIPTION = """
A concept passes a gate when **recent customer conversations** justify each decision that it rests on.
Until then the gate stays shut, and [readiness](#/Readiness/get_readiness) says exactly what is missing.

1. Press **Authorize** and paste your token.
2. Open an operation and press **Execute**. Every field is filled with an example that works as it
   stands on the example portfolio of `make run`; on your own data, put your own keys.
3. Work from top to bottom. The groups are in the order in which you need them.

Start with these: [why berth-swap may not pass](#/Readiness/get_readiness), and
[trying to pass it all the same](#/Reviews/decide).

What goes wrong is answered as problem+json, naming the field, the rule and the remedy.
"""

TAGS = {
    "Portfolios": "A business unit's concepts, and the boundary of who sees them.",
    "People": "Colleagues: who talks with customers, owns decisions and decides gates.",
    "Access": "Tokens: who holds them, in which role, for which portfolios, until when.",
    "Customers": "The accounts that people talk with. What one person says stands in a conversation.",
    "Processes": "Gates in order, the decisions that each asks for, and their criteria. Two are here.",
    "Concepts": "Product ideas on their way through a process.",
    "Decisions": "What a concept rests on, one sentence each; and the note that nothing spoke against it.",
    "Conversations": "Live talks with customers, summarised. Revised and withdrawn, never edited or deleted.",
    "Themes": "A portfolio's words for what customers voice: renamed, merged, coded later.",
    "Citations": "One conversation, one decision: what it says to it, and how it shaped it.",
    "Readiness": "May this concept pass this gate? If not, what exactly is missing?",
    "Waivers": "Exceptions to named criteria, for a time: evidence owed, by whom, by when.",
    "Approvals": "What gatekeepers say of a gate, on what they saw. Outdated when that changes.",
    "Reviews": "Go, hold, recycle, kill, reopen. The verdict of that instant is frozen in each.",
    "Outcomes": "After the launch: which decisions held, on what evidence, and which criteria told.",
    "Webhooks": "Being told when something flips: at an address of yours, or by a stream.",
    "Badges": "One verdict as a picture, for whoever has its address.",
    "Events": "The audit log: who did what, and when.",
    "Audit": "Proof for outsiders: signed heads of the log, the keys that sign, and the log verified.",
    "Service": "For those who operate it. No token needed.",
}
"""The groups of operations, in the order in which an admin needs them."""

TOKEN = {
    "type": "http",
    "description": "The token that the service printed when it started, or one that you were given.",
    "scheme": "bearer",
}
"""Checked in front of the routes, by AuthMiddleware."""
SUCCESS = {"200": "As asked", "201": "Made, and on record"}


def describe(app: FastAPI) -> None:
    """Makes the application serve its own contract."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = contract(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def contract(app: FastAPI) -> dict[str, Any]:
    """Returns the contract as OpenAPI 3.1."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Show the conversations, and how they shaped the concept, before each gate.",
        description=DESCRIPTION.strip(),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
        webhooks=app.webhooks.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["components"]["securitySchemes"] = {"Token": TOKEN}
    for section, shared in SHARED.items():
        document["components"][section] = shared
    _, extra = models_json_schema(
        [(Problem, "serialization"), (BotReadiness, "serialization"), (Process, "validation")],
        ref_template="#/components/schemas/{model}",
    )
    for name, schema in extra["$defs"].items():
        schemas.setdefault(name, schema)
    for methods in document["paths"].values():
        for operation in methods.values():
            _tidy(operation)
            _say_who(operation)
    for type, methods in document["webhooks"].items():
        for operation in methods.values():
            _leave_to_receiver(type, operation)
    _leave_out_unused(document)
    return document


def _tidy(operation: dict[str, Any]) -> None:
    """Replaces the framework's wording of parameters and responses by plain words."""
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _sent(parameter["schema"])
    for status, response in operation["responses"].items():
        if response.get("description") == "Successful Response":
            response["description"] = SUCCESS[status]


def _say_who(operation: dict[str, Any]) -> None:
    """Adds the roles that may call it: as security for machines, and as text for readers."""
    roles = MAY.get(operation["operationId"])
    if roles is None:
        operation["security"] = []
        return
    operation["security"] = [{"Token": [role for role in ROLES if role in roles]}]
    # Who comes before how.
    how = [name for name in operation if name in ("parameters", "requestBody", "responses")]
    operation |= {name: operation.pop(name) for name in how}
    whole = ", for all portfolios" if operation["operationId"] in ORGANISATION_WIDE else ""
    operation["description"] += f"\n\n**Who:** {listed(roles)}{whole}."


def _leave_to_receiver(type: str, operation: dict[str, Any]) -> None:
    """Names a message by its type, without our error shape: the receiver answers as it likes."""
    operation["operationId"] = type.replace(".", "_")
    operation["security"] = []
    del operation["responses"]["422"]


def _leave_out_unused(document: dict[str, Any]) -> None:
    """Removes shared responses and examples that no operation uses: generators and linters reject them."""
    for section in ("responses", "examples"):
        used = _references(document)
        for name in [
            each for each in document["components"][section] if f"#/components/{section}/{each}" not in used
        ]:
            del document["components"][section][name]


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        return {node["$ref"]} if isinstance(node.get("$ref"), str) else _references(list(node.values()))
    return set().union(*map(_references, node)) if isinstance(node, list) else set()


def _sent(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns a parameter's schema without null: it can be left out, but nobody can send null."""
    own = {name: value for name, value in schema.items() if name not in ("title", "description", "anyOf")}
    for choice in schema.get("anyOf", ()):
        own |= choice if choice != {"type": "null"} else {}
    if "const" in own:
        own["enum"] = [own.pop("const")]
    return own


def as_yaml(document: dict[str, Any]) -> str:
    """Returns the contract as text that is the same each time."""
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.representer.sort_base_mapping_type_on_output = False
    stream = ruamel.yaml.compat.StringIO()
    yaml.dump(document, stream)
    return str(stream.getvalue())
