"""The messages of webhooks stand in the contract and in the guide, each of them."""

from pathlib import Path

from jsonschema import Draft202012Validator

from schemas.flips import MEANINGS, NOTICE_TYPES
from tests.contract.operations import document

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()


def test_every_message_is_in_the_contract() -> None:
    webhooks = document()["webhooks"]
    assert set(webhooks) == {*NOTICE_TYPES, "webhook.ping"} == set(MEANINGS)
    for type, methods in webhooks.items():
        operation = methods["post"]
        headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}, type
        [content] = operation["requestBody"]["content"].values()
        name = "Ping" if type == "webhook.ping" else "Notice"
        assert content["schema"] == {"$ref": f"#/components/schemas/{name}"}


def test_what_is_sent_fits_the_contract() -> None:
    schema = {"$ref": "#/components/schemas/Notice", "components": document()["components"]}
    thin = {"portfolio": "p", "concept": "c", "gate": "G1", "verdict": "ready", "ready": True, "position": 1}
    message = {"type": "readiness.ready", "timestamp": "2026-11-22T09:00:00Z", "data": thin}
    Draft202012Validator(schema).validate(message)
    del thin["gate"]
    Draft202012Validator(schema).validate(message)


def test_the_guide_has_every_type() -> None:
    for type in NOTICE_TYPES:
        assert f"| `{type}` |" in GUIDE
