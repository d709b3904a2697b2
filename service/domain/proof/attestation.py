"""The in-toto statement that a gate was passed: ids, digests and instants, never words."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from schemas.readiness import Readiness

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://gateproof.dev/attestations/gate-passed/v1"


class PassedGate(NamedTuple):
    """A go: which review, by whom, when, and whether the process enforces its gates."""

    review: str
    deciders: Iterable[str]
    decided_at: datetime
    enforced: bool


def statement(verdict: Readiness, passed: PassedGate) -> dict[str, Any]:
    """An in-toto Statement v1 on the inputs of the verdict under which a gate was passed."""
    return {
        "_type": STATEMENT,
        "subject": [
            {
                "name": f"{verdict.concept}/{verdict.gate}",
                "digest": {"sha256": verdict.input_digest.removeprefix("sha256:")},
            }
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "concept": verdict.concept,
            "portfolio": verdict.portfolio,
            "gate": verdict.gate,
            "review": passed.review,
            "process": verdict.process.model_dump(),
            "input_digest": verdict.input_digest,
            "position": verdict.position,
            "verdict": verdict.verdict,
            "evidence": _evidence(verdict),
            "statements": [
                {"decision": each.key, "version": each.version}
                for each in sorted(verdict.decisions, key=lambda each: each.key)
                if each.version is not None
            ],
            "deciders": sorted(set(passed.deciders)),
            "decided_at": passed.decided_at.isoformat().replace("+00:00", "Z"),
            "enforced": passed.enforced,
        },
    }


def _evidence(verdict: Readiness) -> list[dict[str, Any]]:
    """Each conversation that counted, once for each revision."""
    criteria = [*verdict.gate_criteria, *(one for each in verdict.decisions for one in each.criteria)]
    used = {(e.conversation, e.revision, e.digest) for one in criteria for e in one.evidence}
    return [
        {"conversation": conversation, "revision": revision, "digest": digest}
        for conversation, revision, digest in sorted(used)
    ]
