"""Idempotency keys: which write a person's key stands for, kept for a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from service.store.sql.columns import MICROSECOND, UNSAMPLED, Moment, metadata
from service.store.sql.prepared import Prepared
from service.store.sql.upserts import upsert

LIFETIME = timedelta(hours=24)
NEW, KNOWN = "new", "known"
"""The word before the ref that a PUT by an id elsewhere stores: whether it made the noun or found it."""

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("route", sa.Text, primary_key=True, info=UNSAMPLED),
    sa.Column("key", sa.Text, primary_key=True, info=UNSAMPLED),
    sa.Column("salt", sa.Text, nullable=False, info=UNSAMPLED),
    sa.Column("body_hash", sa.Text, nullable=False, info=UNSAMPLED),
    sa.Column("ref", sa.Text),
    sa.Column("created_at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)


_IS_EXPIRED = f"idempotency_keys.created_at < excluded.created_at - {LIFETIME // MICROSECOND}"
_TAKE = upsert(idempotency_keys, where=_IS_EXPIRED)
_FILL = Prepared(
    sa.update(idempotency_keys)
    .where(
        idempotency_keys.c.person == sa.bindparam("of_person"),
        idempotency_keys.c.route == sa.bindparam("of_route"),
        idempotency_keys.c.key == sa.bindparam("of_key"),
    )
    .values(ref=sa.bindparam("new_ref"))
)


def claim(
    tx: sa.Connection, person: str, route: str, key: str, body: bytes, now: datetime, ref: str | None = None
) -> sa.Row[Any] | None:
    """None when the key is free, and now taken for `ref` (None: `fill` will say); else what it stands for.

    Waits while another transaction is about to take the same key.
    """
    salt = token_hex(16)
    is_taken = _TAKE.run(
        tx,
        person=person,
        route=route,
        key=key,
        salt=salt,
        body_hash=hash_body(salt, body),
        ref=ref,
        created_at=now,
    )
    if is_taken:
        return None
    return tx.execute(sa.select(idempotency_keys).where(*_is(person, route, key))).one()


def date_back(tx: sa.Connection, now: datetime) -> None:
    """Makes the keys that a clock which was ahead stored expire a day from now."""
    created_at = idempotency_keys.c.created_at
    tx.execute(sa.update(idempotency_keys).where(created_at > now).values(created_at=now))


def purge(tx: sa.Connection, now: datetime, limit: int) -> int:
    """Forget the oldest expired keys that no other transaction holds, up to `limit`; how many."""
    columns = idempotency_keys.c
    name = (columns.person, columns.route, columns.key)
    old = (
        sa.select(*name).where(columns.created_at < now - LIFETIME).order_by(columns.created_at).limit(limit)
    )
    expired = sa.delete(idempotency_keys).where(sa.tuple_(*name).in_(old.with_for_update(skip_locked=True)))
    return tx.execute(expired).rowcount


def fill(tx: sa.Connection, person: str, route: str, key: str, ref: str) -> None:
    """Stores the id of what the write made."""
    _FILL.run(tx, of_person=person, of_route=route, of_key=key, new_ref=ref)


def release(tx: sa.Connection, person: str, route: str, key: str) -> None:
    """Releases the key, so that the same request is carried out again."""
    tx.execute(sa.delete(idempotency_keys).where(*_is(person, route, key)))


def invalidate(tx: sa.Connection, refs: Iterable[str], path: str) -> None:
    """Overwrites the body hashes of requests that made these: sending one again is refused."""
    columns = idempotency_keys.c
    matching = columns.ref.in_(list(refs)) & columns.route.contains(path, autoescape=True)
    tx.execute(sa.update(idempotency_keys).where(matching).values(salt=token_hex(16), body_hash=""))


def forget(tx: sa.Connection, refs: Iterable[str], path: str) -> None:
    """Deletes the keys of requests that addressed these by an id elsewhere: their route holds its mark."""
    written = [f"{before} {ref}" for ref in refs for before in (NEW, KNOWN)]
    matching = idempotency_keys.c.ref.in_(written) & idempotency_keys.c.route.contains(path, autoescape=True)
    tx.execute(sa.delete(idempotency_keys).where(matching))


def hash_body(salt: str, body: bytes) -> str:
    """A keyed hash of a request's body."""
    return blake2b(body, key=salt.encode()).hexdigest()


def _is(person: str, route: str, key: str) -> tuple[Any, ...]:
    columns = idempotency_keys.c
    return (columns.person == person, columns.route == route, columns.key == key)
