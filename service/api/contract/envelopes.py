"""Signed documents over HTTP: their media type, and examples."""

from datetime import UTC, datetime
from typing import Any

from fastapi.responses import JSONResponse

from service.api.contract.verdict_example import VERDICT
from service.domain.proof import attestation, audit_head, dsse

MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json"


class EnvelopeResponse(JSONResponse):
    """A DSSE envelope that is JSON already, byte for byte."""

    media_type = MEDIA_TYPE

    def render(self, content: str) -> bytes:
        """Returns the stored text as bytes."""
        return content.encode()


def _shown(payload_type: str, document: dict[str, Any]) -> dict[str, Any]:
    """Returns an example that is signed by another key, so that nobody takes it for real."""
    made = dsse.envelope(payload_type, dsse.encode(document), "00" * 32, b"a signature of another service")
    return made.model_dump()


_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
_GO = attestation.PassedGate("rev_000660-will-it-sail-G1", ["admin"], _AT, enforced=True)
_VERDICT = VERDICT.model_copy(update={"verdict": "ready", "ready": True})
ATTESTATION = _shown(attestation.PAYLOAD_TYPE, attestation.statement(_VERDICT, _GO))
_PLACES = [
    audit_head.ChainHead(
        "harbour", 121, "9187ad59280fb5e9ebca26b26f6f1142e051abcf72d5180206f4d081540b60f5", _AT
    ),
    audit_head.ChainHead(
        "organisation", 9, "b9461be0dd806fafaba35d6c327f804d643b3e84fa044355297369d95de42d89", _AT
    ),
]
HEAD = _shown(audit_head.PAYLOAD_TYPE, audit_head.document(_PLACES, _AT))


def shown(envelope: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Returns the response of an operation that serves an envelope, for the contract."""
    return {200: {"content": {MEDIA_TYPE: {"example": envelope}}}}
