"""Reading many rows some at a time: what is in memory at once has a bound."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa


def batches(
    connection: sa.Connection, query: sa.Select[Any], key: sa.Column[Any], after: Any, size: int
) -> Iterator[list[sa.Row[Any]]]:
    """The rows whose key is greater than `after`, in the order of their keys, up to `size` at a time."""
    some = query.order_by(key).limit(size)
    while rows := list(connection.execute(some.where(key > after))):
        yield rows
        after = getattr(rows[-1], key.name)
