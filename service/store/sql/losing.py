"""What a way down would take from a database that has something in it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import sqlalchemy as sa

Counts = Mapping[tuple[str, str | None], int]
"""By table and column (None: the table itself), how many rows have something there."""


class Loss(NamedTuple):
    """A table, or one of its columns, that would go, with so many rows that have something there."""

    table: str
    column: str | None
    rows: int

    def __str__(self) -> str:
        what = self.table if self.column is None else f"{self.table}.{self.column}"
        return f"{what} ({self.rows:,} {'row' if self.rows == 1 else 'rows'})"


def counts_of(connection: sa.Connection) -> Counts:
    """What is in the database."""
    return dict(_counted(connection))


def _counted(connection: sa.Connection) -> Iterator[tuple[tuple[str, str | None], int]]:
    shape = sa.inspect(connection)
    for name in set(shape.get_table_names()) - {"alembic_version"}:
        columns = [column["name"] for column in shape.get_columns(name)]
        table = sa.table(name, *map(sa.column, columns))
        each = [sa.func.count(table.c[column]).label(f"n{n}") for n, column in enumerate(columns)]
        rows, *filled = connection.execute(sa.select(sa.func.count(), *each).select_from(table)).one()
        yield (name, None), rows
        yield from (((name, column), count) for column, count in zip(columns, filled, strict=True))


def losses(before: Counts, after: Counts) -> list[Loss]:
    """The tables and columns that had something in them and are gone."""
    gone = [place for place, count in before.items() if count and place not in after]
    tables = {table for table, column in gone if column is None}
    return [
        Loss(table, column, before[table, column])
        for table, column in sorted(gone, key=lambda place: (place[0], place[1] or ""))
        if column is None or table not in tables
    ]
