"""Envelope encryption: each record is sealed with a key of its own, and that key with one from outside.

AES-256-GCM, both bound to the record's id. Destroying a record's wrapped key destroys the record, in
every copy of the database that is made from then on.
"""

import re
from base64 import b64decode, b64encode
from binascii import a2b_base64
from collections.abc import Sequence
from hashlib import sha256
from secrets import token_bytes
from typing import NamedTuple
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES, ID_DIGITS = 32, 12, 8


class WrongKey(Exception):
    """A stored record was sealed with a key that is not at hand."""


class Damaged(Exception):
    """A stored record is not what was sealed."""


class Envelope(NamedTuple):
    """Ciphertext and its wrapped key, as text."""

    wrapped_key: str
    sealed: str


class RecordKey:
    """A record's own key: it seals the record in parts, each bound to what is stated beside it."""

    def __init__(self, own: bytes, wrapped_key: str) -> None:
        self._cipher, self.wrapped_key = AESGCM(own), wrapped_key

    def seal(self, part: str, plain: bytes) -> bytes:
        """The part, sealed: it opens with the same statement only."""
        return _encrypt(self._cipher, part, plain)

    def open(self, part: str, sealed: bytes) -> bytes:
        """The part, opened. May raise Damaged."""
        return _decrypt(self._cipher, part, sealed)


class Keyring:
    """Keys that wrap keys: the first one seals, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self.current = key_id(keys[0])

    def seal(self, record: str, plain: bytes) -> Envelope:
        """Seal it under a new key of its own."""
        key = self.new_key(record)
        return Envelope(key.wrapped_key, _text(key.seal(record, plain)))

    def open(self, record: str, envelope: Envelope) -> bytes:
        """The record, opened. May raise WrongKey or Damaged."""
        return self.key_of(record, envelope.wrapped_key).open(record, _raw(record, envelope.sealed))

    def new_key(self, record: str) -> RecordKey:
        """A key for a record that is sealed in parts."""
        own = token_bytes(KEY_BYTES)
        return RecordKey(own, self._wrap(record, own))

    def key_of(self, record: str, wrapped_key: str) -> RecordKey:
        """The record's own key, unwrapped. May raise WrongKey or Damaged."""
        return RecordKey(self._unwrap(record, wrapped_key), wrapped_key)

    def rewrap(self, record: str, wrapped_key: str) -> str:
        """A record's own key, wrapped with the current key. May raise WrongKey or Damaged."""
        return self._wrap(record, self._unwrap(record, wrapped_key))

    def _wrap(self, record: str, own: bytes) -> str:
        return f"{self.current}.{_text(_encrypt(self._ciphers[self.current], record, own))}"

    def _unwrap(self, record: str, wrapped_key: str) -> bytes:
        id, _, wrapped = wrapped_key.partition(".")
        if id not in self._ciphers:
            raise WrongKey(f"key {id} is not at hand")
        return _decrypt(self._ciphers[id], record, _raw(record, wrapped))


def key_id(key: bytes) -> str:
    """A name for a key that gives nothing of it away."""
    return sha256(b"gateproof key " + key).hexdigest()[:ID_DIGITS]


def new_key() -> str:
    """A new key as text: 32 random bytes, base64."""
    return _text(token_bytes(KEY_BYTES))


def parse(text: str) -> Keyring:
    """Keys as text, separated by white space or commas, the current one first. May raise ValueError."""
    keys = []
    for each in re.split(r"[\s,]+", text.strip()):
        try:
            keys.append(b64decode(each, validate=True))
        except ValueError:
            raise ValueError("a key is not base64") from None
        if len(keys[-1]) != KEY_BYTES:
            raise ValueError(f"a key is not {KEY_BYTES} bytes long")
    return Keyring(keys)


_KEYRINGS: WeakKeyDictionary[sa.Dialect, Keyring] = WeakKeyDictionary()


def attach(dialect: sa.Dialect, keyring: Keyring) -> None:
    """Makes engines of this dialect seal with these keys."""
    _KEYRINGS[dialect] = keyring


def keyring_of(dialect: sa.Dialect) -> Keyring:
    """The keys of the engine that this dialect belongs to."""
    return _KEYRINGS[dialect]


def _encrypt(cipher: AESGCM, record: str, plain: bytes) -> bytes:
    nonce = token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, record.encode())


def _decrypt(cipher: AESGCM, record: str, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], record.encode())
    except (InvalidTag, ValueError):
        raise Damaged(f"record {record} is not what was sealed") from None


def _raw(record: str, text: str) -> bytes:
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        raise Damaged(f"record {record} is not what was sealed") from None


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
