"""Message authentication codes of derived rows: a row with another code was not written by this service.

Only who has the keys from outside can make a code. It covers the columns that stand before it in the table,
as they are stored, and is checked before any of them is parsed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import sqlalchemy as sa
from orjson import dumps

from service.store.sql.columns import Json, Moment
from service.store.words.secrets import secret_for

PURPOSE = "derived"
LENGTH = 32
_RAW: dict[type, type[sa.BigInteger] | type[sa.Text]] = {Moment: sa.BigInteger, Json: sa.Text}


def as_stored(table: sa.Table) -> sa.Select[Any]:
    """A query for what a code covers, and the code: instants as numbers, JSON as text, none of it parsed."""
    columns = table.c.values()[: _covered(table) + 1]
    return sa.select(*(sa.type_coerce(c, _RAW.get(type(c.type), c.type)).label(c.name) for c in columns))


def code_of(connection: sa.Connection, table: sa.Table, row: Sequence[Any]) -> str:
    """Keyed BLAKE2b, hex, over the table's name and those of a row's columns that the code covers."""
    return _keyed(connection, table, dumps(row[: _covered(table)])).hexdigest()


def with_code(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row by column, and their code."""
    row = [values[name] for name in table.c.keys()[: _covered(table)]]
    return {**values, "code": code_of(connection, table, row)}


def checked(connection: sa.Connection, table: sa.Table, rows: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Rows that begin with the table's columns, each with whether its code is that of what it covers."""
    keyed, code = _keyed(connection, table), _covered(table)
    for row in rows:
        state = keyed.copy()
        try:
            state.update(dumps(row[:code]))
            yield row, isinstance(row[code], str) and compare_digest(state.hexdigest(), row[code])
        except TypeError:
            yield row, False  # SQLite keeps bytes in any column, and a text may be beyond ASCII


@cache
def _covered(table: sa.Table) -> int:
    return table.c.keys().index("code")


def _keyed(connection: sa.Connection, table: sa.Table, values: bytes = b"") -> blake2b:
    secret = secret_for(connection, PURPOSE)
    return blake2b(f"{table.name}\n".encode() + values, key=secret, digest_size=LENGTH)
