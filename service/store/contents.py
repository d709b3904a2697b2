"""Words: what anybody wrote, in the one table from which rows may ever be removed."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Connection, Table, Text, insert, select

from service.store.columns import Json, metadata
from service.store.ids import new_id

contents = Table(
    "contents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("salt", Text, nullable=False),
    Column("words", Json, nullable=False),
)

Words = dict[str, Any]


class Kept(NamedTuple):
    """Where words are kept, and a salted commitment to them that says nothing of them."""

    id: str
    commitment: str


def keep(tx: Connection, words: Words, at: datetime) -> Kept:
    """Store words; the salt goes with them, so that without the row the commitment is mute."""
    kept_id, salt = new_id("txt", at), token_hex(16)
    tx.execute(insert(contents).values(id=kept_id, salt=salt, words=words))
    return Kept(kept_id, sha256(salt.encode() + orjson.dumps(words)).hexdigest())


def words_of(connection: Connection, ids: Iterable[str]) -> dict[str, Words]:
    """The words kept under these ids; what was erased is missing."""
    query = select(contents.c.id, contents.c.words).where(contents.c.id.in_(list(ids)))
    return {row.id: row.words for row in connection.execute(query)}
