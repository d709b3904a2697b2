"""The verdict is served as bytes: they are the document of the contract, no more and no less."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from schemas.readiness import Readiness
from tests.contract.operations import document
from tests.gateproof import Body, Gateproof


@pytest.fixture
def verdicts(gateproof: Gateproof) -> list[Body]:
    """Blocked, ready, of the past, of the future, killed, frozen and refused."""
    gateproof.begin()
    before = gateproof.clock().replace(year=2025).isoformat()
    documents = [gateproof.readiness(), gateproof.readiness(gate="G3"), gateproof.readiness(as_of=before)]
    documents.append(gateproof.review("G1", "go", status=409)["readiness"])
    talks = gateproof.ready_at_g1()
    documents.append(gateproof.readiness())
    gateproof.cite(talks[0], "problem", "contradicts")
    gateproof.cite(gateproof.talk(kind="survey"), "problem")
    gateproof.talk(conducted_by="third_party")
    documents += [gateproof.readiness(), gateproof.readiness(as_of="2027-03-01T00:00:00Z")]
    documents += [gateproof.review("G1", "hold")["readiness"], gateproof.readiness(gate="G2")]
    gateproof.review("G1", "kill")
    return [*documents, gateproof.readiness()]


def test_it_is_the_document_that_the_contract_describes(verdicts: list[Body]) -> None:
    schema: dict[str, Any] = {
        "$ref": "#/components/schemas/Readiness",
        "components": document()["components"],
    }
    exact = TypeAdapter(Readiness)
    for verdict in verdicts:
        Draft202012Validator(schema).validate(verdict)
        read = exact.validate_json(json.dumps(verdict), extra="forbid", strict=True)
        assert read.model_dump(mode="json") == verdict


def test_it_is_seen_from_every_side(verdicts: list[Body]) -> None:
    assert {verdict["verdict"] for verdict in verdicts} == {"ready", "blocked", "not_evaluable"}
    assert any(verdict["not_counted"] for verdict in verdicts)
    assert any(verdict["uncited"] for verdict in verdicts)
    assert any(verdict["passes_until"] for verdict in verdicts)
