"""Chains with a position each, as a table that a statement joins: one statement asks about many chains."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import sqlalchemy as sa

_AT_ONCE = 256
_NOWHERE = (-1, 0)


class PositionBatch(NamedTuple):
    """The parameters of one statement, and how many pairs it takes: a power of two, so that there are few."""

    size: int
    values: dict[str, int]


def position_batches(positions: Mapping[int, int]) -> Iterator[PositionBatch]:
    """Yields these positions by chain, some at a time."""
    pairs = list(positions.items())
    for begin in range(0, len(pairs), _AT_ONCE):
        some = pairs[begin : begin + _AT_ONCE]
        count = 1 << (len(some) - 1).bit_length()
        some += [_NOWHERE] * (count - len(some))
        values = {f"chain_{n}": chain for n, (chain, _) in enumerate(some)}
        values |= {f"position_{n}": position for n, (_, position) in enumerate(some)}
        yield PositionBatch(count, values)


def asked_positions(count: int) -> sa.CTE:
    """The table of so many pairs, with the columns `chain` and `position`."""
    names = "chain", "position"
    pairs = [tuple(sa.bindparam(f"{name}_{n}", type_=sa.Integer) for name in names) for n in range(count)]
    return sa.values(*(sa.column(name, sa.Integer) for name in names), name="asked").data(pairs).cte()
