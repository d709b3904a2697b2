"""What Swagger UI sends when Execute is pressed on an operation as it stands."""

import json
from typing import Any, NamedTuple

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.contract.operations import Operation, document, operations

Fields = dict[str, str]


class Click(NamedTuple):
    """The filled-in form of one operation."""

    operation: Operation
    path: Fields
    query: Fields
    headers: Fields
    body: Any = None

    def press(self, client: TestClient) -> Response:
        """Execute."""
        is_text = isinstance(self.body, str)
        content = self.body if is_text or self.body is None else json.dumps(self.body)
        return client.request(
            self.operation.method,
            self.operation.path.format(**self.path),
            params=self.query,
            headers=self.headers,
            content=content,
        )


def in_order() -> list[Operation]:
    """Every operation, from the top of the page to its bottom."""
    groups = [group["name"] for group in document()["tags"]]
    return sorted(operations(), key=lambda operation: groups.index(operation.says["tags"][0]))


def as_it_stands(operation: Operation) -> Click:
    """The form as it is when it is opened."""
    fields: dict[str, Fields] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation.says.get("parameters", ()):
        filled = choices(parameter) or [parameter["schema"].get("default", "")]
        if filled[0] != "":
            fields[parameter["in"]][parameter["name"]] = str(filled[0])
    kinds = operation.says.get("requestBody", {"content": {}})["content"]
    kind = next(iter(kinds), None)
    body = bodies(operation)[0] if kind else None
    headers = fields["header"] | ({"Content-Type": kind} if kind else {})
    return Click(operation, fields["path"], fields["query"], headers, body)


def choices(parameter: dict[str, Any]) -> list[Any]:
    """The values that can be picked; the first one is filled in."""
    return [example["value"] for example in parameter.get("examples", {}).values()]


def bodies(operation: Operation) -> list[Any]:
    """The bodies that can be picked; the first one is filled in."""
    content = next(iter(operation.says["requestBody"]["content"].values()))
    if "example" in content:
        return [content["example"]]
    return [example["value"] for example in content["examples"].values()]
