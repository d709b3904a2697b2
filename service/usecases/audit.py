"""Proof: the signed head of the log, and the whole log verified, also against heads exported before."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from schemas.audit import ChainVerified, Envelope, Verification
from service.clock import Clock
from service.domain import audit_head, dsse
from service.domain.audit_head import Place
from service.store import audited, signing_keys
from service.store.chains import ORGANISATION, chains
from service.store.engine import Database
from service.usecases.events import chain_names
from service.usecases.findings import Findings
from service.usecases.signing import sign
from service.usecases.walking import Exported, Walk, walk


def head(db: Database, clock: Clock) -> Envelope:
    """How far every chain is at this instant, signed."""
    with db.reading() as connection:
        query = select(chains.c.key, chains.c.seq, chains.c.digest, chains.c.at)
        places = [Place(*row) for row in connection.execute(query)]
        return sign(connection, audit_head.PAYLOAD_TYPE, audit_head.document(places, clock()))


def verify(db: Database, portfolio: str | None = None, heads: Iterable[Envelope] = ()) -> Verification:
    """Read every chain, or one, and compare it with itself, its words and what was exported."""
    findings = Findings()
    with db.reading() as connection:
        exported = _exported(connection, heads, findings)
        names, keys = chain_names(connection, portfolio), _key_ids(connection)
        walks = {
            key: walk(connection, db.keyring, id, key, exported.get(key, {}), findings)
            for id, key in sorted(names.items())
        }
        if portfolio is None:
            _check_chains(connection, walks, exported, findings)
            _check_keys(connection, walks, keys, findings)
    return Verification(
        ok=not findings.first,
        chains=[
            ChainVerified(chain=key, events=done.events, ok=key not in findings.wrong)
            for key, done in walks.items()
        ],
        findings=findings.first,
        more_findings=findings.more,
    )


def _exported(connection: Connection, heads: Iterable[Envelope], findings: Findings) -> dict[str, Exported]:
    """What the heads name that one of our keys signed."""
    pems = {key.id: key.pem for key in signing_keys.every(connection)}

    def verified(key: str, message: bytes, signature: bytes) -> bool:
        return key in pems and signing_keys.is_signed(pems[key], message, signature)

    exported: dict[str, Exported] = {}
    for each in heads:
        payload = dsse.payload_of(each, audit_head.PAYLOAD_TYPE, verified)
        if payload is None:
            findings.add("HEAD_NOT_SIGNED")
            continue
        for place in json.loads(payload)["chains"]:
            positions = exported.setdefault(place["chain"], {})
            if place["position"]:
                positions.setdefault(place["position"], set()).add(place["digest"])
    return exported


def _check_chains(
    connection: Connection, walks: dict[str, Walk], exported: dict[str, Any], findings: Findings
) -> None:
    """A chain for each portfolio that was created, and for nothing else."""
    organisation = walks.get(ORGANISATION)
    created = {ORGANISATION, *(organisation.portfolios if organisation else ())}
    present = set(chain_names(connection, None).values())
    for key in sorted((created | exported.keys()) - present):
        findings.add("CHAIN_MISSING", key)
    for key in sorted(walks.keys() - created):
        findings.add("CHAIN_UNKNOWN", key)
    if audited.strays(connection):
        findings.add("CHAIN_UNKNOWN")


def _check_keys(connection: Connection, walks: dict[str, Walk], before: set[str], findings: Findings) -> None:
    """Each signing key has its event, and each such event its key."""
    said = walks[ORGANISATION].keys if ORGANISATION in walks else set()
    for _ in before - said:
        findings.add("KEY_UNKNOWN", ORGANISATION)
    for _ in said - _key_ids(connection):
        findings.add("KEY_MISSING", ORGANISATION)


def _key_ids(connection: Connection) -> set[str]:
    return {key.id for key in signing_keys.every(connection)}
