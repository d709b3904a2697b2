"""Signing: the keys, how they change, and documents in envelopes."""

from functools import partial
from typing import Any

from sqlalchemy import Connection

from schemas.audit import AuditKey, AuditKeys, Envelope
from service.domain.proof import dsse
from service.domain.record.signing_key import SigningKeyCreated
from service.store.log import signing_keys
from service.store.log.chains import ORGANISATION, canonical
from service.store.sql.engine import Database
from service.usecases.errors import not_found
from service.usecases.unit_of_work import Caller, Work, work_on

STREAM = "signing-keys"


def ensure_key(work: Work) -> None:
    """Make the first key, where there is none. `work` is one of the organisation's."""
    if signing_keys.current(work.tx) is None:
        _make(work, replaces=None)


def rotate_key(db: Database, caller: Caller) -> str:
    """Retires the current key and makes another; returns its id. Old envelopes stay valid."""
    with work_on(db, caller, ORGANISATION, partial(not_found, "organisation")) as work:
        before = signing_keys.current(work.tx)
        signing_keys.retire(work.tx, work.now)
        return _make(work, replaces=before)


def list_keys(db: Database) -> AuditKeys:
    """Every public key."""
    with db.reading() as connection:
        return AuditKeys(items=[AuditKey(**key._asdict()) for key in signing_keys.every(connection)])


def sign(connection: Connection, payload_type: str, document: Any) -> Envelope:
    """A document in an envelope, signed with the current key. Its names are ASCII, its numbers whole."""
    payload = canonical(document)
    key, signature = signing_keys.sign(connection, dsse.pae(payload_type, payload))
    return dsse.envelope(payload_type, payload, key, signature)


def _make(work: Work, replaces: str | None) -> str:
    made = signing_keys.add(work.tx, work.now)
    work.record(SigningKeyCreated(key=made, algorithm="ecdsa-p256-sha256", replaces=replaces), STREAM)
    return made
