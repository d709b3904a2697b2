"""The head of the log: how far every chain is, as a document to be signed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

PAYLOAD_TYPE = "application/vnd.gateproof.audit-head.v1+json"
KIND = "https://gateproof.dev/audit/head/v1"


class ChainHead(NamedTuple):
    """The last event of a chain: `position` 0 for a chain without any."""

    chain: str
    position: int
    digest: str
    at: datetime


def document(heads: Iterable[ChainHead], signed_at: datetime) -> dict[str, Any]:
    """The document that is signed: digests and positions, and no word of what they stand for."""
    return {
        "_type": KIND,
        "signed_at": _written(signed_at),
        "chains": [
            {"chain": each.chain, "position": each.position, "digest": each.digest, "at": _written(each.at)}
            for each in sorted(heads)
        ],
    }


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
