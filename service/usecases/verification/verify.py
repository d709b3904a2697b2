"""The whole database verified, also against heads exported before."""

import json
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection

from schemas.audit import ChainVerified, Envelope, Verification
from service.domain.proof import audit_head, dsse
from service.domain.rules.process_rules import digest_of
from service.store.log import signing_keys
from service.store.log.chains import ORGANISATION
from service.store.reading import raw_log
from service.store.sql.engine import Database
from service.usecases.audit.events import chain_names
from service.usecases.verification.chains import Exported, Version, Walk, walk
from service.usecases.verification.concepts import verify_concepts
from service.usecases.verification.conversations import verify_conversations
from service.usecases.verification.decisions import verify_decisions
from service.usecases.verification.derived import verify_derived
from service.usecases.verification.erased_words import find_erased_words
from service.usecases.verification.findings import Findings
from service.usecases.verification.reviews import find_unknown_reviews, verify_reviews
from service.usecases.verification.run import Progress, Run
from service.usecases.verification.tokens import verify_tokens


def verify(
    db: Database,
    portfolio: str | None = None,
    heads: Iterable[Envelope] = (),
    progress: Progress = lambda _: None,
) -> Verification:
    """Read every chain, or one, and compare it with itself, its words, what was exported, and its reviews."""
    findings = Findings()
    with db.reading() as connection, raw_log.lenient_text(connection):
        run = Run(db, connection, findings, progress)
        exported = _exported(connection, heads, findings)
        keys, processes = _key_ids(connection), _processes(connection)
        names = {id: str(key) for id, key in chain_names(connection, portfolio).items()}
        walks: dict[str, Walk] = {}
        for id, key in sorted(names.items()):
            walks[key] = walk(run, id, key, exported.get(key, {}))
            find_erased_words(run, id, key)
            verify_reviews(run, id, key)
            verify_conversations(run, id, key)
            verify_concepts(run, key)
            verify_decisions(run, key)
        find_unknown_reviews(run, portfolio)
        verify_derived(run, portfolio)
        if portfolio is None:
            _check_chains(connection, walks, exported, findings)
            verify_tokens(run)
            _check_keys(connection, walks, keys, findings)
            _check_processes(connection, walks, processes, findings)
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
    """The digests by chain and position that exported heads name, if one of our keys signed them."""
    pems = signing_keys.pems(connection)

    def verified(key: str, message: bytes, signature: bytes) -> bool:
        return key in pems and signing_keys.is_signed(pems[key], message, signature)

    exported: dict[str, Exported] = {}
    for each in heads:
        payload = dsse.payload_of(each, audit_head.PAYLOAD_TYPE, verified)
        if payload is None:
            findings.add("HEAD_NOT_SIGNED")
            continue
        for chain_head in json.loads(payload)["chains"]:
            positions = exported.setdefault(chain_head["chain"], {})
            if chain_head["position"]:
                positions.setdefault(chain_head["position"], set()).add(chain_head["digest"])
    return exported


def _check_chains(
    connection: Connection, walks: dict[str, Walk], exported: dict[str, Any], findings: Findings
) -> None:
    """A chain for each portfolio that was created, and for nothing else."""
    organisation = walks.get(ORGANISATION)
    created = {ORGANISATION, *(organisation.portfolios if organisation else ())}
    present = set(map(str, chain_names(connection, None).values()))
    for key in sorted((created | exported.keys()) - present):
        findings.add("CHAIN_MISSING", key)
    for key in sorted(walks.keys() - created):
        findings.add("CHAIN_UNKNOWN", key)
    if raw_log.strays(connection):
        findings.add("CHAIN_UNKNOWN")


def _check_keys(connection: Connection, walks: dict[str, Walk], before: set[str], findings: Findings) -> None:
    """Each signing key has its event, and each such event its key."""
    recorded = walks[ORGANISATION].keys if ORGANISATION in walks else set()
    for _ in before - recorded:
        findings.add("KEY_UNKNOWN", ORGANISATION)
    for _ in recorded - _key_ids(connection):
        findings.add("KEY_MISSING", ORGANISATION)


def _key_ids(connection: Connection) -> set[str]:
    return set(signing_keys.pems(connection))


def _check_processes(
    connection: Connection, walks: dict[str, Walk], before: dict[Version, str], findings: Findings
) -> None:
    """The rules that verdicts go by are those that were published, and there are no others."""
    published = walks[ORGANISATION].processes if ORGANISATION in walks else {}
    stored = _processes(connection)
    for version, (digest, position) in published.items():
        if stored.get(version) != digest:
            findings.add("PROCESS_CHANGED", ORGANISATION, position)
    for _ in before.keys() - published.keys():
        findings.add("PROCESS_CHANGED", ORGANISATION)


def _processes(connection: Connection) -> dict[Version, str]:
    """The digest of each published process document as it is stored; empty for one that is no document."""
    return {(row.key, row.version): _digest(row.document) for row in raw_log.processes(connection)}


def _digest(document: Any) -> str:
    try:
        return digest_of(orjson.loads(document))
    except (TypeError, ValueError):
        return ""
