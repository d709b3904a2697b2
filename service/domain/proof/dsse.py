"""Dead Simple Signing Envelope 1.0: what is signed, and the envelope around it. Keys are elsewhere."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import rfc8785

from schemas.audit import Envelope, Signature

Verify = Callable[[str, bytes, bytes], bool]
"""Whether the key of this id signed this message with this signature."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: the very bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def encode(document: Any) -> bytes:
    """A document as the bytes of a payload: RFC 8785 canonical JSON."""
    return rfc8785.dumps(document)


def envelope(payload_type: str, payload: bytes, key_id: str, signature: bytes) -> Envelope:
    """The envelope of a payload that was signed by one key."""
    signed = Signature(keyid=key_id, sig=b64encode(signature).decode())
    return Envelope(payload=b64encode(payload).decode(), payloadType=payload_type, signatures=[signed])


def payload_of(envelope: Envelope, payload_type: str, verify: Verify) -> bytes | None:
    """The payload, when it is of this type and one of its signatures is good; else None."""
    try:
        payload = b64decode(envelope.payload, validate=True)
        signatures = [(each.keyid, b64decode(each.sig, validate=True)) for each in envelope.signatures]
    except ValueError:
        return None
    message = pae(envelope.payloadType, payload)
    is_good = any(verify(key_id, message, signature) for key_id, signature in signatures)
    return payload if is_good and envelope.payloadType == payload_type else None
