"""Signed documents over HTTP: their media type, and what they look like."""

from datetime import UTC, datetime
from typing import Any

from fastapi.responses import Response

from service.api.verdict_example import VERDICT
from service.domain import attestation, dsse

MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json"


class EnvelopeResponse(Response):
    """A DSSE envelope, byte for byte."""

    media_type = MEDIA_TYPE


def _shown(payload_type: str, document: dict[str, Any]) -> dict[str, Any]:
    """As signed by somebody else's key, so that nobody takes it for real."""
    made = dsse.envelope(payload_type, dsse.encode(document), "00" * 32, b"a signature of another service")
    return made.model_dump()


_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
_GO = attestation.Passed("rev_000660-will-it-sail-G1", ["admin"], _AT, enforced=True)
_VERDICT = VERDICT.model_copy(update={"verdict": "ready", "ready": True})
ATTESTATION = _shown(attestation.PAYLOAD_TYPE, attestation.statement(_VERDICT, _GO))


def shown(envelope: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The answer of an operation that serves an envelope."""
    return {200: {"content": {MEDIA_TYPE: {"example": envelope}}}}
