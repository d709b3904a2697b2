"""Access tokens: only keyed hashes of them are kept."""

from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from service.store.sql.columns import Json, Moment, metadata
from service.store.sql.prepared import Prepared
from service.store.words.contents import with_words
from service.store.words.secrets import keyed_hash

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("is_odd", sa.Boolean, nullable=False, index=True),
    sa.Column("person", sa.Text, sa.ForeignKey("people.key")),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("portfolios", Json),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.Text),
    sa.Column("expires_at", Moment),
    sa.Column("revoked_at", Moment),
    sa.Column("last_used_at", Moment),
    sa.Column("rotated_from", sa.Text),
)
"""`is_odd`: chosen by the operator, so without our form. `portfolios` null: all of them."""

_BY_HASH = Prepared(
    sa.select(*tokens.c["id", "person", "role", "portfolios", "expires_at", "revoked_at"]).where(
        tokens.c.hash == sa.bindparam("hash")
    )
)


def hash_token(secret: bytes, token: str) -> str:
    """The keyed hash by which a token is stored and found."""
    return keyed_hash(secret, sha256(token.encode()).hexdigest())


def by_hash(connection: sa.Connection, hashed: str) -> sa.Row[Any] | None:
    """The token with this hash, whether it still stands or not."""
    return _BY_HASH.first(connection, hash=hashed)


def operator_hashes(connection: sa.Connection) -> frozenset[str]:
    """The hashes of the tokens that operators chose."""
    return frozenset(connection.execute(sa.select(tokens.c.hash).where(tokens.c.is_odd)).scalars())


def query() -> sa.Select[Any]:
    """Tokens with their names."""
    return with_words(tokens)
