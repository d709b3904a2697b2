"""The head, the keys and verifying, over HTTP."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from service.store.sql.engine import Database
from tests.attestation.verifiers import by_openssl, by_securesystemslib
from tests.audit.tampering import tamper
from tests.conftest import FixedClock
from tests.contract.operations import one_error, problem
from tests.gateproof import Body, Gateproof, expect


@pytest.fixture
def lived(gateproof: Gateproof, clock: FixedClock) -> Gateproof:
    gateproof.begin()
    clock.move(minutes=1)
    gateproof.talk()
    return gateproof


def against(gateproof: Gateproof, head: Body) -> Body:
    return expect(gateproof.client.post("/v1/audit/verify", json={"head": head}), 200)


def test_the_head_names_the_last_event_of_every_chain(lived: Gateproof, clock: FixedClock) -> None:
    lived.post("/portfolios", {"key": "wind", "name": "Wind"})
    clock.move(hours=1)
    answer = lived.client.get("/v1/audit/head")
    head = answer.json()
    statement = json.loads(b64decode(head["payload"]))

    assert answer.headers["content-type"] == "application/vnd.dsse.envelope.v1+json"
    assert head["payloadType"] == "application/vnd.gateproof.audit-head.v1+json"
    assert statement["_type"] == "https://gateproof.dev/audit/head/v1"
    assert statement["signed_at"] == "2026-11-22T10:01:00Z"
    last = {key: lived.events(key)[-1] for key in ("energy", "organisation")}
    assert statement["chains"] == [
        *(
            {"chain": key, "position": event["position"], "digest": event["digest"], "at": event["at"]}
            for key, event in last.items()
        ),
        {"chain": "wind", "position": 0, "digest": "0" * 64, "at": "1970-01-01T00:00:00Z"},
    ]


def test_the_head_is_signed_with_the_served_key(lived: Gateproof, tmp_path: Path) -> None:
    head, keys = lived.get("/audit/head"), lived.get("/audit/keys")
    assert by_securesystemslib(head, keys, tmp_path)
    assert by_openssl(head, keys, tmp_path)


def test_a_log_as_it_was_recorded(lived: Gateproof) -> None:
    answer = lived.get("/audit/verify")
    assert (answer["ok"], answer["findings"], answer["more_findings"]) == (True, [], 0)
    assert [(each["chain"], each["ok"]) for each in answer["chains"]] == [
        ("organisation", True),
        ("energy", True),
    ]
    assert answer["chains"][1]["events"] == len(lived.events())
    assert [each["chain"] for each in lived.get("/audit/verify", portfolio="energy")["chains"]] == ["energy"]
    assert against(lived, lived.get("/audit/head"))["ok"]


def test_a_log_that_is_not(lived: Gateproof, db: Database) -> None:
    tamper(db, "UPDATE events SET actor = 'somebody-else' WHERE type = 'concept.created'")
    answer = lived.get("/audit/verify")
    assert not answer["ok"]
    assert answer["findings"] == [
        {
            "chain": "energy",
            "position": 1,
            "subject": None,
            "table": None,
            "code": "CHANGED",
            "message": "This event, or the one before it, is not what was recorded.",
        }
    ]


def test_a_log_rewritten_to_fit_is_found_against_its_head(lived: Gateproof, db: Database) -> None:
    head = lived.get("/audit/head")
    tamper(
        db,
        "DELETE FROM events WHERE chain = (SELECT id FROM chains WHERE key = 'energy')",
        f"UPDATE chains SET seq = 0, at = 0, digest = '{'0' * 64}' WHERE key = 'energy'",
    )
    kept_beside = {"DERIVED_ROW_DIFFERS"}
    assert {each["code"] for each in lived.get("/audit/verify")["findings"]} == kept_beside
    assert {each["code"] for each in against(lived, head)["findings"]} == {"TAIL_CUT", *kept_beside}


def test_what_is_no_head_is_refused(lived: Gateproof) -> None:
    head = lived.get("/audit/head")
    one_error(lived.client.post("/v1/audit/verify", json={}), 422, "body.head")
    for field in head:
        wrong = {**head, field: 1}
        one_error(lived.client.post("/v1/audit/verify", json={"head": wrong}), 422, f"body.head.{field}")
    unsigned = {**head, "signatures": []}
    one_error(lived.client.post("/v1/audit/verify", json={"head": unsigned}), 422, "body.head.signatures")
    text = lived.client.post("/v1/audit/verify", content="{}", headers={"Content-Type": "text/plain"})
    problem(text, 415)
    large = lived.client.post("/v1/audit/verify", content=b" " * (1024 * 1024 + 1))
    one_error(large, 413, "body")


def test_a_payload_that_is_no_head_though_signed(lived: Gateproof) -> None:
    lived.ready_at_g1()
    attestation = lived.get(lived.review("G1", "go")["attestation"].removeprefix("/v1"))
    assert [each["code"] for each in against(lived, attestation)["findings"]] == ["HEAD_NOT_SIGNED"]


def test_there_is_no_such_portfolio(lived: Gateproof) -> None:
    answer = lived.client.get("/v1/audit/verify", params={"portfolio": "ghost"})
    one_error(answer, 422, "query.portfolio")


def test_verifying_leaves_no_event(lived: Gateproof) -> None:
    known = lived.events(portfolio=None)
    against(lived, lived.get("/audit/head"))
    assert lived.events(portfolio=None) == known
