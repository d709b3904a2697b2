"""Signing keys, ECDSA P-256: the private half sealed among the secrets, the public half for everybody."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_public_key,
)

from service.store.words import secrets

PURPOSE = "signing"
DER, PKCS8, SPKI = Encoding.DER, PrivateFormat.PKCS8, PublicFormat.SubjectPublicKeyInfo
_table = secrets.secrets


class PublicKey(NamedTuple):
    """The part of a signing key that everybody may know."""

    id: str
    pem: str
    created_at: datetime
    retired_at: datetime | None


def add(tx: sa.Connection, at: datetime) -> str:
    """Make a key; returns its id."""
    made = generate_private_key(SECP256R1())
    public = made.public_key()
    pem = public.public_bytes(Encoding.PEM, SPKI).decode()
    secrets.add(tx, PURPOSE, made.private_bytes(DER, PKCS8, NoEncryption()), at, pem)
    return key_id(public)


def current(connection: sa.Connection) -> str | None:
    """The id of the key that signs today."""
    row = secrets.current(connection, PURPOSE)
    return None if row is None else _id_of(row.public)


def retire(tx: sa.Connection, at: datetime) -> None:
    """Retires the present signing key: it signs nothing from now on."""
    secrets.retire(tx, PURPOSE, at)


def every(connection: sa.Connection) -> Iterator[PublicKey]:
    """All of them, the oldest first; retired ones too, for what they signed stays good."""
    query = sa.select(_table).where(_table.c.purpose == PURPOSE).order_by(_table.c.id)
    for row in connection.execute(query):
        yield PublicKey(_id_of(row.public), row.public, row.created_at, row.retired_at)


def pems(connection: sa.Connection) -> dict[str, str]:
    """The public halves by id, whatever else stands beside them; empty is the id of what is no key."""
    query = sa.select(_table.c.public).where(_table.c.purpose == PURPOSE)
    return {_id_of(str(pem)): str(pem) for pem in connection.execute(query).scalars()}


class _Signer(NamedTuple):
    """A key that was opened: the id of its secret, its own id, its private half."""

    secret: str
    id: str
    private: EllipticCurvePrivateKey


# The last one used of each database: which one stands is read each time.
_OPENED: WeakKeyDictionary[sa.Engine, _Signer] = WeakKeyDictionary()


def sign(connection: sa.Connection, message: bytes) -> tuple[str, bytes]:
    """The current key's id and its signature (DER). Raises LookupError where no key was made."""
    row = secrets.current(connection, PURPOSE)
    if row is None:
        raise LookupError("there is no current signing key")
    signer = _OPENED.get(connection.engine)
    if signer is None or signer.secret != row.id:
        signer = _OPENED[connection.engine] = _opened(connection, row)
    return signer.id, signer.private.sign(message, ECDSA(SHA256()))


def _opened(connection: sa.Connection, row: sa.Row[Any]) -> _Signer:
    key = load_der_private_key(secrets.opened(connection, row), password=None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError("a signing key is not on an elliptic curve")
    return _Signer(row.id, key_id(key.public_key()), key)


def is_signed(pem: str, message: bytes, signature: bytes) -> bool:
    """Returns whether the private half of this key signed the message."""
    key = _public_key(pem)
    if key is None:
        return False
    try:
        key.verify(signature, message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def key_id(key: EllipticCurvePublicKey) -> str:
    """SHA-256, hex, of the public key in DER (SubjectPublicKeyInfo)."""
    return sha256(key.public_bytes(DER, SPKI)).hexdigest()


def _id_of(pem: str) -> str:
    """Empty for what is not one of our keys."""
    key = _public_key(pem)
    return "" if key is None else key_id(key)


def _public_key(pem: str) -> EllipticCurvePublicKey | None:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePublicKey) else None
