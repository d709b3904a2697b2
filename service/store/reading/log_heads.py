"""The digests of events by their positions: whether a log is still the one that was read."""

from collections.abc import Mapping
from functools import lru_cache

import sqlalchemy as sa

from service.store.log.chains import events
from service.store.reading.chain_positions import asked_positions, position_batches
from service.store.sql.prepared import Prepared


def digests_at(connection: sa.Connection, positions: Mapping[int, int]) -> dict[int, str]:
    """The digest of each of these chains at its position, and so of all of it up to there; nothing for one
    that ends before."""
    digests: dict[int, str] = {}
    for batch in position_batches(positions):
        digests.update(_statement(batch.size).all(connection, **batch.values))
    return digests


@lru_cache(maxsize=16)
def _statement(count: int) -> Prepared:
    asked = asked_positions(count)
    is_at = (events.c.chain == asked.c.chain) & (events.c.seq == asked.c.position)
    return Prepared(sa.select(events.c.chain, events.c.digest).select_from(asked.join(events, is_at)))
