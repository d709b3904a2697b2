"""The committed contract is the served one, is valid, and says everything."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from service.api.contract.openapi import as_yaml
from service.api.routes.processes import process_schema
from tests.contract.operations import Operation, document, followed, operations

ROOT = Path(__file__).parents[2]
BY_ID = {operation.id: operation for operation in operations()}


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_the_served_documents_are_those_of_this_code(client: TestClient) -> None:
    assert client.get("/openapi.json").json() == json.loads(json.dumps(document()))
    assert client.get("/v1/process-schema").json() == process_schema()


def test_the_committed_contract_is_the_served_one() -> None:
    assert (ROOT / "openapi.yaml").read_text() == as_yaml(document())


def test_the_committed_process_schema_is_the_served_one() -> None:
    Draft202012Validator.check_schema(process_schema())
    committed = (ROOT / "docs" / "process.schema.json").read_text()
    assert committed == json.dumps(process_schema(), indent=2) + "\n"


def test_the_contract_is_valid_openapi() -> None:
    validate(document())


def test_the_contract_has_every_operation_and_its_parameters() -> None:
    in_contract = {
        Operation(says["operationId"], method.upper(), path, _queries(says))
        for path, methods in document()["paths"].items()
        for method, says in methods.items()
    }
    assert in_contract == set(operations())


def _queries(says: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each["name"] for each in says.get("parameters", ()) if each["in"] == "query")


def test_operations_are_called_by_short_names_of_their_own() -> None:
    assert len(BY_ID) == len(operations())
    assert all(len(name) <= 30 and name.isidentifier() for name in BY_ID)


@pytest.mark.parametrize("name", BY_ID)
def test_an_operation_says_what_it_does_and_how_it_may_fail(name: str) -> None:
    operation = BY_ID[name]
    says = operation.says
    assert says["summary"]
    assert says["description"]
    assert len(says["tags"]) == 1
    assert says["tags"][0] in [tag["name"] for tag in document()["tags"]]
    expected = _expected_errors(name)
    assert expected <= set(says["responses"]), name
    for status in set(says["responses"]) - {"200", "201", "304"}:
        content = followed(says["responses"][status])["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert content["examples"], status


def test_every_body_has_an_example_that_fits_it() -> None:
    for operation in operations():
        for kind, content in operation.says.get("requestBody", {"content": {}})["content"].items():
            shown = [content["example"]] if "example" in content else []
            shown += [example["value"] for example in content.get("examples", {}).values()]
            assert shown or (operation.id, kind) == ("publish_process", "application/json"), operation.id
            for body in shown:
                _validator(content["schema"]).validate(body)


def test_every_example_of_an_error_fits_the_one_shape() -> None:
    for operation in operations():
        for response in operation.says["responses"].values():
            content = followed(response).get("content", {}).get("application/problem+json", {})
            for example in content.get("examples", {}).values():
                body = followed(example)["value"]
                _validator({"$ref": "#/components/schemas/Problem"}).validate(body)


def _expected_errors(name: str) -> set[str]:
    operation = BY_ID[name]
    if not operation.path.startswith("/v1"):
        return {"503"} if name == "readyz" else set()
    expected = {"401", "422"}
    made_there = name == "publish_process" or (name.startswith("put_") and name.endswith("_by_external"))
    if "{" in operation.path and not made_there:
        expected.add("404")
    if operation.method == "PATCH" or name in (
        "change_consent",
        "revise_conversation",
        "state_decision",
        "record_outcome",
    ):
        expected |= {"412", "428"}
    return expected


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": document()["components"]})
