"""A go leaves a signed statement that strangers can verify, and nobody can change."""

import json
from base64 import b64decode, b64encode
from copy import deepcopy
from pathlib import Path

import pytest
from sqlalchemy import select, text

from service.store.log.chains import events
from service.store.sql.engine import Database
from service.store.words.contents import contents, words
from service.usecases.audit.signing import rotate_key
from service.usecases.unit_of_work import Caller
from tests.attestation.verifiers import VERIFIERS, Verifier
from tests.conftest import FixedClock
from tests.contract.operations import problem
from tests.gateproof import Body, Gateproof

each_verifier = pytest.mark.parametrize("verify", VERIFIERS.values(), ids=VERIFIERS.keys())
on_sqlite = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
def go(gateproof: Gateproof) -> Body:
    """A review that passed G1."""
    gateproof.begin()
    gateproof.ready_at_g1()
    return gateproof.review("G1", "go")


def attestation(gateproof: Gateproof, review: Body) -> Body:
    return gateproof.get(review["attestation"].removeprefix("/v1"))


def payload(envelope: Body) -> Body:
    statement: Body = json.loads(b64decode(envelope["payload"]))
    return statement


def changed(envelope: Body, body: Body) -> Body:
    """The same signatures around another payload."""
    other = deepcopy(envelope)
    other["payload"] = b64encode(json.dumps(body).encode()).decode()
    return other


def test_it_states_what_the_go_rested_on(gateproof: Gateproof, go: Body) -> None:
    envelope = attestation(gateproof, go)
    verdict, statement = go["readiness"], payload(envelope)

    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [
        {
            "name": "tariff-radar/G1",
            "digest": {"sha256": verdict["input_digest"].removeprefix("sha256:")},
        }
    ]
    assert statement["predicateType"] == "https://gateproof.dev/attestations/gate-passed/v1"
    predicate = statement["predicate"]
    evidence = predicate.pop("evidence")
    assert predicate == {
        "concept": "tariff-radar",
        "portfolio": "energy",
        "gate": "G1",
        "review": go["id"],
        "process": verdict["process"],
        "input_digest": verdict["input_digest"],
        "position": verdict["position"],
        "verdict": "ready",
        "statements": [{"decision": "problem", "version": 1}, {"decision": "target_customer", "version": 1}],
        "deciders": ["admin"],
        "decided_at": go["decided_at"],
        "enforced": True,
    }
    known = {
        (each["conversation"], each["revision"], each["digest"])
        for decision in verdict["decisions"]
        for criterion in decision["criteria"]
        for each in criterion["evidence"]
    }
    assert len(known) == 3
    assert [tuple(each.values()) for each in evidence] == sorted(
        (conversation, digest, revision) for conversation, revision, digest in known
    )


def test_it_holds_no_words(gateproof: Gateproof, go: Body, db: Database) -> None:
    statement = b64decode(attestation(gateproof, go)["payload"]).decode()
    with db.reading() as connection:
        stored = [row.words for row in connection.execute(select(contents.c.id, words))]
    texts = [text for each in stored for text in each.values() if isinstance(text, str) and text]
    assert len(texts) > 10
    assert [text for text in texts if text in statement] == []


def test_only_a_go_that_was_accepted_has_one(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.review("G1", "go", status=409)
    gateproof.review("G1", "hold")
    reviews = gateproof.get("/concepts/tariff-radar/reviews")["items"]

    assert [review["attestation"] for review in reviews] == [None, None]
    for review in [*reviews, {"id": "ghost"}]:
        path = f"/v1/concepts/tariff-radar/reviews/{review['id']}/attestation"
        problem(gateproof.client.get(path), 404)


def test_it_is_served_under_its_own_concept_only(gateproof: Gateproof, go: Body) -> None:
    gateproof.concept("other")
    problem(gateproof.client.get(f"/v1/concepts/other/reviews/{go['id']}/attestation"), 404)
    answer = gateproof.client.get(go["attestation"])
    assert answer.headers["content-type"] == "application/vnd.dsse.envelope.v1+json"


def test_it_is_written_with_the_go_or_neither_is(gateproof: Gateproof, db: Database) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    with db.writing() as tx:
        tx.execute(text("UPDATE secrets SET retired_at = 1 WHERE purpose = 'signing'"))
    known = gateproof.events()

    go = {"gate": "G1", "outcome": "go", "rationale": "We say go."}
    problem(gateproof.client.post("/v1/concepts/tariff-radar/reviews", json=go), 500)

    assert gateproof.events() == known
    assert gateproof.get("/concepts/tariff-radar")["next_gate"] == "G1"


@each_verifier
def test_others_verify_it_with_the_served_key(
    gateproof: Gateproof, go: Body, verify: Verifier, tmp_path: Path
) -> None:
    assert verify(attestation(gateproof, go), gateproof.get("/audit/keys"), tmp_path)


@each_verifier
@on_sqlite
def test_others_refuse_what_was_changed(
    gateproof: Gateproof, go: Body, db: Database, verify: Verifier, tmp_path: Path
) -> None:
    keys, envelope = gateproof.get("/audit/keys"), attestation(gateproof, go)
    statement = payload(envelope)
    gates = {**statement, "predicate": {**statement["predicate"], "gate": "G5"}}
    deciders = {**statement, "predicate": {**statement["predicate"], "deciders": ["somebody-else"]}}
    subject = {**statement, "subject": [{**statement["subject"][0], "digest": {"sha256": "00" * 32}}]}
    for other in (gates, deciders, subject):
        assert not verify(changed(envelope, other), keys, tmp_path)
    assert not verify({**envelope, "payloadType": "application/json"}, keys, tmp_path)

    rotate_key(db, Caller("admin", gateproof.clock))
    [_, another] = gateproof.get("/audit/keys")["items"]
    assert not verify(envelope, {"items": [another]}, tmp_path)
    disguised = {**another, "id": envelope["signatures"][0]["keyid"]}
    assert not verify(envelope, {"items": [disguised]}, tmp_path)


@each_verifier
@on_sqlite
def test_keys_rotate_and_old_envelopes_still_verify(
    gateproof: Gateproof, go: Body, db: Database, clock: FixedClock, verify: Verifier, tmp_path: Path
) -> None:
    before = attestation(gateproof, go)
    clock.move(hours=1)
    made = rotate_key(db, Caller("admin", clock))
    gateproof.concept("other")
    for decision in ("problem", "target_customer"):
        gateproof.state(decision, "other")
        for _ in range(3):
            gateproof.cite(gateproof.talk(), decision, concept="other")
    after = attestation(gateproof, gateproof.review("G1", "go", "other"))

    keys = gateproof.get("/audit/keys")
    retired, standing = keys["items"]
    assert attestation(gateproof, go) == before
    assert [each["signatures"][0]["keyid"] for each in (before, after)] == [retired["id"], standing["id"]]
    assert (standing["id"], standing["retired_at"]) == (made, None)
    assert retired["retired_at"] == standing["created_at"] == "2026-11-22T10:00:00Z"
    assert verify(before, keys, tmp_path)
    assert verify(after, keys, tmp_path)


def test_every_key_is_in_the_log_before_it_signs(gateproof: Gateproof, db: Database) -> None:
    rotate_key(db, Caller("admin", gateproof.clock))
    first, second = (key["id"] for key in gateproof.get("/audit/keys")["items"])
    created = gateproof.events("organisation", type="signing-key.created")
    assert [(event["actor"], event["data"]) for event in created] == [
        ("admin", {"key": first, "algorithm": "ecdsa-p256-sha256", "replaces": None}),
        ("admin", {"key": second, "algorithm": "ecdsa-p256-sha256", "replaces": first}),
    ]


def test_the_private_half_stands_nowhere_in_the_open(db: Database) -> None:
    with db.reading() as connection:
        [row] = connection.execute(text("SELECT * FROM secrets WHERE purpose = 'signing'")).mappings()
        assert "PUBLIC KEY" in row["public"]
        assert "PRIVATE" not in str(row)
        logged = connection.execute(select(events.c.data).where(events.c.type == "signing-key.created"))
        assert row["public"] not in str(logged.all())
