"""Sketches of summaries: the smallest keyed hashes of their runs of words, by which near copies are found.

They follow from words: an erasure takes them along, and an export leaves them out.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.domain.texts.runs import SOUGHT, STORED, Runs, smallest
from service.store.sql.columns import UNSAMPLED, metadata
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.sql.upserts import insert_if_absent
from service.store.words.secrets import keyed_hash, secret_for

PURPOSE = "externals"
MOST = 8
"""Summaries in which one hash is stored: who shares it with more is found by these."""
NO_RUNS = 0
"""Stands for a summary without any run, so that it is known to have been looked at."""

text_sketches = sa.Table(
    "text_sketches",
    metadata,
    sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False, info=UNSAMPLED),
    sa.Column("conversation", sa.Text, primary_key=True),
    sa.Index("ix_text_sketches_conversation", "conversation"),
    sqlite_with_rowid=False,
)


def key_for(connection: sa.Connection, portfolio: str) -> bytes:
    """The key of a portfolio's hashes: the same text has others in another portfolio."""
    return bytes.fromhex(keyed_hash(secret_for(connection, PURPOSE), f"texts\0{portfolio}")[:32])


class Candidates(NamedTuple):
    """Conversations that may share text, those with most hashes in common first, and the hashes of a new
    sketch."""

    conversations: list[str]
    sketch: list[int]


def find(connection: sa.Connection, runs: Runs, limit: int) -> Candidates:
    """Who may share text with these runs."""
    sought = smallest(runs, SOUGHT)
    if not sought:
        return Candidates([], [NO_RUNS])
    rows = _seek(len(sought)).all(connection, **numbered(sought))
    stored, shared = dict[int, int](), dict[str, int]()
    for row in rows:
        stored[row.hash] = stored.get(row.hash, 0) + 1
        shared[row.conversation] = shared.get(row.conversation, 0) + 1
    sketch = [each for each in sought if stored.get(each, 0) < MOST][:STORED]
    return Candidates(sorted(shared, key=lambda id: (-shared[id], id))[:limit], sketch or [NO_RUNS])


@lru_cache(maxsize=SOUGHT)
def _seek(count: int) -> Prepared:
    columns = text_sketches.c
    return Prepared(sa.select(columns.hash, columns.conversation).where(columns.hash.in_(numbers(count))))


def insert_sketch(count: int) -> sa.Insert:
    """The insert of so many hashes: `hash0` and so on, for an `id`."""
    hashes = [sa.bindparam(f"hash{n}", type_=sa.BigInteger) for n in range(count)]
    return sa.insert(text_sketches).values(
        [{"hash": each, "conversation": sa.bindparam("id")} for each in hashes]
    )


_ADD = insert_if_absent(text_sketches)


def add(tx: sa.Connection, conversation: str, sketch: Sequence[int]) -> None:
    """Adds the sketch of a revision to those of the earlier ones."""
    for each in sketch:
        _ADD.run(tx, hash=each, conversation=conversation)


def forget(tx: sa.Connection, conversations: Iterable[str]) -> None:
    """Deletes the sketches of these conversations."""
    tx.execute(sa.delete(text_sketches).where(text_sketches.c.conversation.in_(list(conversations))))


def unsketched(connection: sa.Connection, conversations: sa.Table, limit: int) -> Sequence[sa.Row[Any]]:
    """Conversations that have no sketch yet: recorded by an older release, or imported."""
    has = sa.select(text_sketches.c.hash).where(text_sketches.c.conversation == conversations.c.id).exists()
    query: sa.Select[Any] = sa.select(conversations.c.id, conversations.c.portfolio).where(~has)
    return connection.execute(query.order_by(conversations.c.id).limit(limit)).all()
