"""The audit log: its events, signed documents and the keys that signed them, and what verifying found."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from schemas.base import Model
from schemas.page import Page


def _base64(value: str) -> str:
    try:
        b64decode(value, validate=True)
    except ValueError:
        raise ValueError("is not base64; send the envelope as it was exported") from None
    return value


Base64 = Annotated[str, Field(max_length=1024 * 1024), AfterValidator(_base64)]


class Signature(Model):
    keyid: Annotated[str, Field(max_length=200)]
    """SHA-256, hex, of the public key in DER (SubjectPublicKeyInfo)."""
    sig: Base64
    """ECDSA P-256 with SHA-256 over the envelope's PAE: DER, base64."""


class Envelope(Model):
    """A DSSE envelope: a document and its signature."""

    payload: Base64
    """The document, base64."""
    payloadType: Annotated[str, Field(max_length=200)]  # noqa: N815 - the format's own name
    signatures: Annotated[list[Signature], Field(min_length=1, max_length=20)]


class AuditKey(Model):
    """The public half of a signing key."""

    id: str
    """SHA-256, hex, of the key in DER (SubjectPublicKeyInfo): what `keyid` names."""
    pem: str
    created_at: datetime
    retired_at: datetime | None
    """Since when it signs nothing new; what it signed before stays good."""


class AuditKeys(Model):
    """Every signing key, the oldest first."""

    items: list[AuditKey]


class HeadIn(Model):
    """A head that was exported earlier, as it was."""

    head: Envelope


FindingCode = Literal[
    "CHANGED",
    "MISSING",
    "OUT_OF_ORDER",
    "WRONG_CHAIN",
    "TAIL_CUT",
    "CHAIN_ROW_CHANGED",
    "CHAIN_MISSING",
    "CHAIN_UNKNOWN",
    "WORDS_CHANGED",
    "WORDS_MISSING",
    "ERASED_WORDS_PRESENT",
    "KEY_UNKNOWN",
    "KEY_MISSING",
    "PROCESS_CHANGED",
    "REVIEW_CHANGED",
    "REVIEW_MISSING",
    "REVIEW_UNKNOWN",
    "REPLAY_DIFFERS",
    "ATTESTATION_CHANGED",
    "ATTESTATION_MISSING",
    "ATTESTATION_OF_ANOTHER",
    "ATTESTATION_UNKNOWN",
    "DERIVED_ROW_DIFFERS",
    "HEAD_MISMATCH",
    "HEAD_NOT_SIGNED",
]


class Finding(Model):
    """Something that is not as it was recorded."""

    chain: str
    """The portfolio's key, organisation, or empty where no chain is meant."""
    position: int | None
    subject: str | None
    """The id of the review, theme, concept, conversation, token, notice or delivery that it is about; null:
    the event at this position, or the chain."""
    table: str | None
    """The table that is kept beside the log, where its row is not what follows from the log; else null."""
    code: FindingCode
    message: str


class ChainVerified(Model):
    """One chain, read from its first event to its last."""

    chain: str
    events: int
    ok: bool


class EndedLeap(Model):
    """A leap of a clock that was ended in a chain."""

    chain: str
    first: int
    """The position of the leap's first event."""
    until: datetime
    """The instant of its last event."""
    ended_by: int
    """The position of the event that ended it."""
    ended_at: datetime
    """Later events are dated by the clock again; those of the leap count as recorded at this instant."""


class EndedLeaps(Model):
    """The leaps that were ended; none where no chain was ahead."""

    items: list[EndedLeap]


class Verification(Model):
    """What verifying the log found. `ok`: nothing."""

    ok: bool
    chains: list[ChainVerified]
    findings: list[Finding]
    """The first hundred."""
    more_findings: int
    """How many more there are."""


class Event(Model):
    """One entry of the audit log: ids, facts and commitments, never words."""

    chain: str
    """The portfolio's key, or organisation."""
    position: int
    """Gap-free within its chain."""
    at: datetime
    type: str
    actor: str
    token: str | None
    """The id of the token by which it came, as `via` in `data`; `oidc`: of an issuer elsewhere; null: by
    whoever runs the service, or recorded before tokens were."""
    subject: str
    data: dict[str, Any]
    """By type: docs/events.md says what each holds. Later releases add to it."""
    digest: str
    """SHA-256 over the one before it and this one: a chain."""


class EventPage(Page[Event]):
    """A page of the log."""

    resume: str
    """Cursor that goes on behind this page, now or later: poll with it."""
