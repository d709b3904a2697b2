"""The digests of events by their positions: whether a log is still the one that was read."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from service.store.log.chains import events
from service.store.sql.prepared import Prepared

_AT_ONCE = 256
_NOWHERE = (-1, 0)


def digests_at(connection: sa.Connection, positions: Mapping[int, int]) -> dict[int, str]:
    """The digest of each of these chains at its position, and so of all of it up to there; nothing for one
    that ends before."""
    return dict(_digests(connection, list(positions.items())))


def _digests(connection: sa.Connection, positions: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    for begin in range(0, len(positions), _AT_ONCE):
        pairs = positions[begin : begin + _AT_ONCE]
        count = 1 << (len(pairs) - 1).bit_length()
        pairs += [_NOWHERE] * (count - len(pairs))
        named = {f"chain_{n}": chain for n, (chain, _) in enumerate(pairs)}
        named |= {f"seq_{n}": seq for n, (_, seq) in enumerate(pairs)}
        yield from _statement(count).all(connection, **named)


@lru_cache(maxsize=16)
def _statement(count: int) -> Prepared:
    columns = sa.column("chain", sa.Integer), sa.column("seq", sa.Integer)
    pairs: list[Any] = [
        (sa.bindparam(f"chain_{n}", type_=sa.Integer), sa.bindparam(f"seq_{n}", type_=sa.Integer))
        for n in range(count)
    ]
    asked = sa.values(*columns, name="asked").data(pairs).cte()
    is_at = (events.c.chain == asked.c.chain) & (events.c.seq == asked.c.seq)
    return Prepared(sa.select(events.c.chain, events.c.digest).select_from(asked.join(events, is_at)))
