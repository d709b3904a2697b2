"""The service's own secrets: made once, sealed with the keys from outside, never shown."""

from datetime import datetime
from hmac import digest
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from service.store.sql.columns import UNSAMPLED, Moment, metadata
from service.store.sql.ids import new_id
from service.store.sql.keyring import Envelope, keyring_of
from service.store.sql.prepared import Prepared

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False, index=True),
    sa.Column("public", sa.Text),
    sa.Column("wrapped_key", sa.Text, nullable=False, info=UNSAMPLED),
    sa.Column("sealed", sa.Text, nullable=False, info=UNSAMPLED),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("retired_at", Moment),
)
"""`purpose`: tokens, themes, externals, derived (HMAC keys) or signing (`public`: the PEM of its
public half)."""


_OPENED: WeakKeyDictionary[sa.Engine, dict[str, bytes]] = WeakKeyDictionary()


def add(tx: sa.Connection, purpose: str, secret: bytes, at: datetime, public: str | None = None) -> str:
    """Keep a secret; returns its id."""
    id = new_id("sec", at)
    envelope = keyring_of(tx.dialect).seal(id, secret)
    columns = {"id": id, "purpose": purpose, "public": public, "created_at": at}
    tx.execute(sa.insert(secrets).values(**columns, **envelope._asdict()))
    return id


_CURRENT = Prepared(
    sa.select(secrets)
    .where(secrets.c.purpose == sa.bindparam("purpose"), secrets.c.retired_at.is_(None))
    .order_by(secrets.c.id.desc())
)


def current(connection: sa.Connection, purpose: str) -> sa.Row[Any] | None:
    """The newest secret for a purpose that is not retired."""
    return _CURRENT.first(connection, purpose=purpose)


def opened_at(connection: sa.Connection, purpose: str, at: datetime) -> list[bytes]:
    """The secrets for a purpose that are not retired at this instant, the newest first."""
    query = sa.select(secrets).where(_is_current_at(purpose, at)).order_by(secrets.c.created_at.desc())
    return [opened(connection, row) for row in connection.execute(query).all()]


def retire(tx: sa.Connection, purpose: str, at: datetime) -> None:
    """Retires the present secrets for a purpose from this instant on."""
    tx.execute(sa.update(secrets).where(_is_current_at(purpose, at)).values(retired_at=at))


def _is_current_at(purpose: str, at: datetime) -> sa.ColumnElement[bool]:
    return (secrets.c.purpose == purpose) & sa.or_(secrets.c.retired_at.is_(None), secrets.c.retired_at > at)


def secret_for(connection: sa.Connection, purpose: str) -> bytes:
    """The secret for a purpose of ours: made by a migration, once and for good, so opened once."""
    known = _OPENED.setdefault(connection.engine, {})
    if purpose not in known:
        row = current(connection, purpose)
        if row is None:
            raise LookupError(f"no secret for {purpose}")
        known[purpose] = opened(connection, row)
    return known[purpose]


def opened(connection: sa.Connection, row: sa.Row[Any]) -> bytes:
    """The secret itself. May raise WrongKey or Damaged."""
    return keyring_of(connection.dialect).open(row.id, Envelope(row.wrapped_key, row.sealed))


def check(connection: sa.Connection) -> None:
    """Raises WrongKey or Damaged unless every secret can be opened with the keys at hand."""
    for row in connection.execute(sa.select(secrets)):
        opened(connection, row)


def keyed_hash(secret: bytes, text: str) -> str:
    """HMAC-SHA256, hex: equal texts get equal hashes, which tell nothing of them."""
    return digest(secret, text.encode(), "sha256").hex()
