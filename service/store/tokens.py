"""Access tokens: only their hashes are kept."""

from hashlib import sha256
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, Table, Text, bindparam, select

from service.store.columns import Moment, metadata

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("person", Text, ForeignKey("people.key"), nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

# Built once: building a statement costs more than running it.
_BY_HASH = select(tokens.c.person, tokens.c.role, tokens.c.revoked_at).where(
    tokens.c.hash == bindparam("hash")
)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def holder(connection: Connection, token: str) -> Row[Any, Any, Any] | None:
    """Whose token this is, or None when it is unknown or revoked."""
    row = connection.execute(_BY_HASH, {"hash": hash_of(token)}).one_or_none()
    return None if row is None or row.revoked_at is not None else row
