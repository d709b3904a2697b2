"""Idempotency keys: which write a person's key stands for, kept for a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b
from secrets import token_hex
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, Text, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.store.columns import Moment, metadata

KEPT_FOR = timedelta(hours=24)
NEW, KNOWN = "new", "known"
"""What a PUT by an id elsewhere says before the ref: whether it made it or found it."""

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("person", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("salt", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("ref", Text),
    Column("created_at", Moment, nullable=False, index=True),
)


def claim(tx: Connection, person: str, route: str, key: str, body: bytes, now: datetime) -> Row[Any] | None:
    """None when the key is free, and now taken; else what it stands for.

    Waits while another transaction is about to take the same key.
    """
    mine = _is(person, route, key)
    tx.execute(delete(idempotency_keys).where(*mine, idempotency_keys.c.created_at < now - KEPT_FOR))
    salt = token_hex(16)
    insert = (postgresql if tx.dialect.name == "postgresql" else sqlite).insert
    taken = tx.execute(
        insert(idempotency_keys)
        .values(
            person=person,
            route=route,
            key=key,
            salt=salt,
            body_hash=hash_of(salt, body),
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(idempotency_keys.c.key)
    ).first()
    return None if taken else tx.execute(select(idempotency_keys).where(*mine)).one()


def purge(tx: Connection, now: datetime) -> None:
    """Forget keys that are past their day."""
    tx.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < now - KEPT_FOR))


def fill(tx: Connection, person: str, route: str, key: str, ref: str) -> None:
    """Note what the write made."""
    tx.execute(update(idempotency_keys).where(*_is(person, route, key)).values(ref=ref))


def release(tx: Connection, person: str, route: str, key: str) -> None:
    """Give the key back: what happened is not to be repeated from memory."""
    tx.execute(delete(idempotency_keys).where(*_is(person, route, key)))


def mute(tx: Connection, refs: Iterable[str], path: str) -> None:
    """Nothing of what was sent is left in the keys of these: whoever sends it again is refused."""
    columns = idempotency_keys.c
    mine = columns.ref.in_(list(refs)) & columns.route.contains(path, autoescape=True)
    tx.execute(update(idempotency_keys).where(mine).values(salt=token_hex(16), body_hash=""))


def forget(tx: Connection, refs: Iterable[str], path: str) -> None:
    """Nothing is left of requests that addressed these by an id elsewhere: the route has its mark."""
    said = [f"{before} {ref}" for ref in refs for before in (NEW, KNOWN)]
    mine = idempotency_keys.c.ref.in_(said) & idempotency_keys.c.route.contains(path, autoescape=True)
    tx.execute(delete(idempotency_keys).where(mine))


def hash_of(salt: str, body: bytes) -> str:
    """A keyed hash of a request's body."""
    return blake2b(body, key=salt.encode()).hexdigest()


def _is(person: str, route: str, key: str) -> tuple[Any, ...]:
    columns = idempotency_keys.c
    return (columns.person == person, columns.route == route, columns.key == key)
