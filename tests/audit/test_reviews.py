"""Verifying finds reviews and attestations that are not what was decided and signed."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, Row, text

from schemas.audit import Verification
from service.domain.facts.model import Facts
from service.domain.proof import dsse
from service.domain.proof.attestation import PAYLOAD_TYPE
from service.store.log import signing_keys
from service.store.log.chains import canonical
from service.store.sql.engine import Database
from service.usecases.audit.signing import rotate_key
from service.usecases.gates import reviews
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts import cases
from service.usecases.verdicts.cases import facts_at_head
from service.usecases.verification.verify import verify
from tests.audit.tampering import tamper
from tests.conftest import START, FixedClock, World, begins_with
from tests.gateproof import Body, Gateproof, expect

EASY = """
title: Easy
key: easy
mode: enforce
initial_stage: discovery
gates:
  - key: G1
    title: Anything goes
    stage: exploring
    decisions:
      - key: problem
        title: The problem
        criteria: [{id: one, at_least: 1, of: conversations, waivable: false}]
"""


@pytest.fixture
def starting_state() -> World:
    return decided


def decided(gateproof: Gateproof, clock: FixedClock) -> dict[str, Body]:
    """A refused go, a hold, the go after it, and the go of another concept."""
    gateproof.begin()
    refused = attempted(gateproof)
    clock.move(minutes=1)
    gateproof.review("G1", "hold")
    gateproof.ready_at_g1()
    clock.move(minutes=1)
    go = gateproof.review("G1", "go")
    gateproof.concept("other", process="starter")
    for decision in ("problem", "value_proposition"):
        gateproof.state(decision, "other")
        for _ in range(3):
            gateproof.cite(gateproof.talk(), decision, concept="other")
    return {"refused": refused, "go": go, "other": gateproof.review("S1", "go", "other")}


def attempted(gateproof: Gateproof) -> Body:
    """A go that is not earned: the attempt as it is recorded."""
    gateproof.review("G1", "go", status=409)
    refused: Body = gateproof.get("/concepts/tariff-radar/reviews", accepted="false")["items"][0]
    return refused


def findings(verification: Verification) -> set[tuple[str, str | None]]:
    return {(each.code, each.subject) for each in verification.findings}


def envelope_of(db: Database, review: str) -> Body:
    with db.reading() as connection:
        query = text("SELECT envelope FROM attestations WHERE review = :review")
        envelope: Body = json.loads(connection.execute(query, {"review": review}).scalar_one())
    return envelope


def attest_anew(db: Database, review: str, envelope: Body) -> None:
    tamper(
        db,
        "UPDATE attestations SET envelope = :envelope, key = :key WHERE review = :review",
        envelope=json.dumps(envelope),
        key=envelope["signatures"][0]["keyid"],
        review=review,
    )


def signed(db: Database, statement: Body) -> Body:
    """By the key that stands: somebody has it, and the database."""
    payload = canonical(statement)
    with db.reading() as connection:
        key, signature = signing_keys.sign(connection, dsse.pae(PAYLOAD_TYPE, payload))
    return json.loads(dsse.envelope(PAYLOAD_TYPE, payload, key, signature).model_dump_json())


def test_what_was_decided_is_fine(world: dict[str, Body], db: Database) -> None:
    assert verify(db).findings == []
    assert verify(db, "energy").findings == []


def test_an_attestation_that_is_gone(world: dict[str, Body], db: Database) -> None:
    tamper(db, "DELETE FROM attestations WHERE review = :id", id=world["go"]["id"])
    assert findings(verify(db)) == {("ATTESTATION_MISSING", world["go"]["id"])}


def test_attestations_that_changed_places(world: dict[str, Body], db: Database) -> None:
    go, other = world["go"]["id"], world["other"]["id"]
    mine, theirs = envelope_of(db, go), envelope_of(db, other)
    attest_anew(db, go, theirs)
    attest_anew(db, other, mine)
    assert findings(verify(db)) == {("ATTESTATION_OF_ANOTHER", go), ("ATTESTATION_OF_ANOTHER", other)}


def test_an_attestation_that_was_signed_anew_with_other_words(world: dict[str, Body], db: Database) -> None:
    go = world["go"]["id"]
    statement = json.loads(b64decode(envelope_of(db, go)["payload"]))
    for field in ("concept", "gate", "review", "input_digest", "evidence", "deciders"):
        predicate = statement["predicate"]
        other = [] if isinstance(predicate[field], list) else "other"
        attest_anew(db, go, signed(db, {**statement, "predicate": {**predicate, field: other}}))
        assert findings(verify(db)) == {("ATTESTATION_OF_ANOTHER", go)}, field


def test_an_envelope_that_was_edited(world: dict[str, Body], db: Database) -> None:
    go = world["go"]["id"]
    envelope = envelope_of(db, go)
    payload = b64decode(envelope["payload"]).replace(b'"G1"', b'"G2"')
    edited = [
        {**envelope, "payload": b64encode(payload).decode()},
        {**envelope, "payloadType": "application/json"},
        {**envelope, "signatures": [{**envelope["signatures"][0], "sig": "AAAA"}]},
        {**envelope, "signatures": [{**envelope["signatures"][0], "keyid": "0" * 64}]},
        {**envelope, "signatures": [], "more": 1},
    ]
    for each in edited[:-1]:
        attest_anew(db, go, each)
        assert findings(verify(db)) == {("ATTESTATION_CHANGED", go)}
    for written in (json.dumps(edited[-1]), "", "{", "[]"):
        tamper(db, "UPDATE attestations SET envelope = :it WHERE review = :id", it=written, id=go)
        assert findings(verify(db)) == {("ATTESTATION_CHANGED", go)}
    attest_anew(db, go, envelope)
    tamper(db, "UPDATE attestations SET key = 'another' WHERE review = :id", id=go)
    assert findings(verify(db)) == {("ATTESTATION_CHANGED", go)}


def test_an_attestation_by_a_key_that_no_event_speaks_of(world: dict[str, Body], db: Database) -> None:
    go = world["go"]["id"]
    statement = json.loads(b64decode(envelope_of(db, go)["payload"]))
    with db.writing() as tx:
        signing_keys.retire(tx, START)
        signing_keys.add(tx, START)
    attest_anew(db, go, signed(db, statement))
    assert findings(verify(db)) == {("ATTESTATION_CHANGED", go), ("KEY_UNKNOWN", None)}


def test_an_attestation_by_a_key_that_was_made_later(
    world: dict[str, Body], db: Database, clock: FixedClock
) -> None:
    go = world["go"]["id"]
    statement = json.loads(b64decode(envelope_of(db, go)["payload"]))
    clock.move(hours=1)
    rotate_key(db, Caller("admin", clock))
    assert verify(db).ok
    attest_anew(db, go, signed(db, statement))
    assert findings(verify(db)) == {("ATTESTATION_CHANGED", go)}


def test_goes_before_and_after_a_rotation_are_fine(
    world: dict[str, Body], db: Database, clock: FixedClock, gateproof: Gateproof
) -> None:
    rotate_key(db, Caller("admin", clock))
    gateproof.concept("third", process="starter")
    for decision in ("problem", "value_proposition"):
        gateproof.state(decision, "third")
        for _ in range(3):
            gateproof.cite(gateproof.talk(), decision, concept="third")
    gateproof.review("S1", "go", "third")
    clock.move(days=1)
    rotate_key(db, Caller("admin", clock))
    assert verify(db).ok


def test_an_attestation_of_what_was_no_go(world: dict[str, Body], db: Database) -> None:
    refused, go = world["refused"]["id"], world["go"]["id"]
    tamper(
        db,
        "INSERT INTO attestations SELECT :refused, key, envelope FROM attestations WHERE review = :go",
        refused=refused,
        go=go,
    )
    assert findings(verify(db)) == {("ATTESTATION_UNKNOWN", refused)}


COLUMNS = {
    "gate": "'G2'",
    "outcome": "'hold'",
    "accepted": "true",
    "to_gate": "'G3'",
    "enforced": "false",
    "content": "'txt_other'",
    "decided_at": "decided_at + 1",
    "decided_by": "'somebody-else'",
    "position": "position - 1",
    "concept": "'cpt_other'",
}


def test_a_review_that_was_changed(world: dict[str, Body], db: Database) -> None:
    refused = world["refused"]["id"]
    for column, value in COLUMNS.items():
        with changed(db, refused, column, value):
            assert ("REVIEW_CHANGED", refused) in findings(verify(db)), column
    assert verify(db).ok


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_review_that_is_no_review_any_more_ends_nothing(world: dict[str, Body], db: Database) -> None:
    go = world["go"]["id"]
    for column in ("accepted", "decided_at", "readiness", "gate", "concept"):
        for written in ("'x'", "x'65ff80'", "9000000000000000000"):
            with changed(db, go, column, written):
                assert ("REVIEW_CHANGED", go) in findings(verify(db)), (column, written)


@contextmanager
def changed(db: Database, review: str, column: str, value: str) -> Iterator[None]:
    """For as long as the block takes."""
    tamper(db, "CREATE TABLE aside AS SELECT * FROM reviews WHERE id = :id", id=review)
    tamper(db, f"UPDATE reviews SET {column} = {value} WHERE id = :id", id=review)
    yield
    back = f"UPDATE reviews SET {column} = (SELECT {column} FROM aside) WHERE id = :id"
    tamper(db, back, "DROP TABLE aside", id=review)


def test_a_review_that_is_gone_and_one_that_never_was(world: dict[str, Body], db: Database) -> None:
    go = world["go"]["id"]
    tamper(
        db,
        "UPDATE attestations SET review = 'rev_forged' WHERE review = :id",
        "UPDATE reviews SET id = 'rev_forged' WHERE id = :id",
        id=go,
    )
    assert findings(verify(db)) == {("REVIEW_MISSING", go), ("REVIEW_UNKNOWN", "rev_forged")}


def test_a_frozen_verdict_that_was_changed(world: dict[str, Body], db: Database) -> None:
    """Of a go, and of an attempt that was refused."""
    for kind, before in (("go", '"actual":3'), ("refused", '"actual":0')):
        tamper(
            db,
            "UPDATE reviews SET readiness = replace(readiness, :before, :after) WHERE id = :id",
            id=world[kind]["id"],
            before=before,
            after='"actual":7',
        )
    assert findings(verify(db)) == {("REPLAY_DIFFERS", world[kind]["id"]) for kind in ("go", "refused")}


@begins_with("prepared")
def test_a_go_that_was_judged_on_forged_facts(
    gateproof: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it came by them: what is kept beside the log is not what it is replayed from."""
    gateproof.begin()
    gateproof.ready_at_g1()
    [first, *_] = gateproof.get("/conversations")["items"]
    gateproof.revise(first["id"], kind="survey")
    attempted(gateproof)

    def forged(connection: Connection, concept: Row[Any], position: int) -> Facts:
        facts = facts_at_head(connection, concept, position)
        talks = facts.conversations
        facts.conversations = {id: replace(talk, kind="interview") for id, talk in talks.items()}
        return facts

    monkeypatch.setattr(reviews, "facts_at_head", forged)
    accepted = gateproof.review("G1", "go")
    assert accepted["attestation"] is not None
    assert findings(verify(db)) == {("REPLAY_DIFFERS", accepted["id"])}


@begins_with("prepared")
def test_a_go_by_rules_that_the_concept_does_not_go_by(
    gateproof: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an earlier release accepted it: a column beside the log said which process judges; the concept's
    events say which one should have."""
    monkeypatch.setattr(cases, "_require_recorded", lambda *_: None)
    gateproof.begin()
    gateproof.ready_at_g1()
    sent = {"Content-Type": "application/yaml"}
    expect(gateproof.client.put("/v1/processes/easy", content=EASY, headers=sent), 201)
    tamper(db, "UPDATE concepts SET process_key = 'easy', process_version = 1")
    db.forget()
    accepted = gateproof.review("G1", "go")
    assert ("REPLAY_DIFFERS", accepted["id"]) in findings(verify(db))
