"""Access tokens: only keyed hashes of them are kept."""

from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    select,
)

from service.store.sql.columns import Json, Moment, metadata
from service.store.sql.prepared import Prepared
from service.store.words.contents import with_words
from service.store.words.secrets import keyed_hash

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("is_odd", Boolean, nullable=False, index=True),
    Column("person", Text, ForeignKey("people.key")),
    Column("role", Text, nullable=False),
    Column("portfolios", Json),
    Column("content", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
    Column("rotated_from", Text),
)
"""`is_odd`: chosen by the operator, so without our form. `portfolios` null: all of them."""

_BY_HASH = Prepared(
    select(*tokens.c["id", "person", "role", "portfolios", "expires_at", "revoked_at"]).where(
        tokens.c.hash == bindparam("hash")
    )
)


def hash_token(secret: bytes, token: str) -> str:
    """The keyed hash by which a token is stored and found."""
    return keyed_hash(secret, sha256(token.encode()).hexdigest())


def by_hash(connection: Connection, hashed: str) -> Row[Any] | None:
    """The token with this hash, whether it still stands or not."""
    return _BY_HASH.first(connection, hash=hashed)


def operator_hashes(connection: Connection) -> frozenset[str]:
    """The hashes of the tokens that operators chose."""
    return frozenset(connection.execute(select(tokens.c.hash).where(tokens.c.is_odd)).scalars())


def query() -> Select[Any]:
    """Tokens with their names."""
    return with_words(tokens)
