"""Which words were erased: the tombstones that let them go."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, delete, insert, select

from service.store.sql.columns import Moment, metadata
from service.store.words.contents import contents

erased = Table(
    "erased",
    metadata,
    Column("content", Text, primary_key=True),
    Column("stream", Text, nullable=False, index=True),
    Column("erased_at", Moment, nullable=False),
)
"""Triggers let a row of contents go only once it stands here; `stream`: what its event belongs to."""

AT_ONCE = 500


def erase(tx: Connection, streams: Mapping[str, str], at: datetime) -> int:
    """Remove these words and their keys: streams by content id. How many there still were."""
    ids, count = list(streams), 0
    for start in range(0, len(ids), AT_ONCE):
        some = contents.c.id.in_(ids[start : start + AT_ONCE])
        there = tx.execute(select(contents.c.id).where(some)).scalars().all()
        if there:
            rows = [{"content": id, "stream": streams[id], "erased_at": at} for id in there]
            tx.execute(insert(erased), rows)
            tx.execute(delete(contents).where(some))
        count += len(there)
    return count
