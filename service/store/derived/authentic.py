"""Codes that say that a derived row is as this service wrote it.

Whoever writes to the database without the keys from outside cannot make one. A code covers the values as
they are stored: what cannot be read as it should is found before anything is made of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from hmac import compare_digest

from orjson import dumps
from sqlalchemy import Connection

from service.store.words.secrets import secret_for

PURPOSE = "derived"
LENGTH = 32

Stored = str | int | None


def code_of(connection: Connection, table: str, values: Sequence[Stored]) -> str:
    """Keyed BLAKE2b, hex, over the table's name and a row's values in the order of its columns."""
    return _keyed(connection, table, dumps(values)).hexdigest()


def are_authentic(
    connection: Connection, table: str, rows: Iterable[tuple[Sequence[Stored], object]]
) -> Iterator[bool]:
    """For values and a code each: whether the code is that of these values in this table."""
    keyed = _keyed(connection, table)
    for values, code in rows:
        state = keyed.copy()
        try:
            state.update(dumps(values))
            yield isinstance(code, str) and compare_digest(state.hexdigest(), code)
        except TypeError:
            yield False  # SQLite keeps bytes in any column, and a text may be beyond ASCII


def _keyed(connection: Connection, table: str, values: bytes = b"") -> blake2b:
    return blake2b(f"{table}\n".encode() + values, key=secret_for(connection, PURPOSE), digest_size=LENGTH)
