"""Erasing words: their rows go, tombstones stay."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from service.store.words.contents import contents, erased, is_emptied, remove

BATCH = 500


def erase(tx: sa.Connection, streams: Mapping[str, str], at: datetime) -> int:
    """Remove these words and their keys: streams by content id. How many there still were.

    Words that were erased before and put back since keep the tombstone that they have.
    """
    ids, count = list(streams), 0
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        there = (
            tx.execute(sa.select(contents.c.id).where(contents.c.id.in_(some), ~is_emptied)).scalars().all()
        )
        known = set(tx.execute(sa.select(erased.c.content).where(erased.c.content.in_(there))).scalars())
        rows = [{"content": id, "stream": streams[id], "erased_at": at} for id in there if id not in known]
        if rows:
            tx.execute(sa.insert(erased), rows)
        remove(tx, there)
        count += len(there)
    return count


def remove_restored(tx: sa.Connection, limit: int) -> int:
    """Remove words that have a tombstone and were put back; how many, up to the limit."""
    query = (
        sa.select(erased.c.content)
        .join(contents, contents.c.id == erased.c.content)
        .where(~is_emptied)
        .limit(limit)
    )
    ids = tx.execute(query).scalars().all()
    remove(tx, ids)
    return len(ids)
