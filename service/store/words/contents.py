"""Words: what anybody wrote, sealed, in the one table from which rows may ever be removed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from service.store.sql.columns import UNSAMPLED, Moment, metadata
from service.store.sql.ids import new_id
from service.store.sql.keyring import Envelope, Keyring, keyring_of
from service.store.sql.prepared import Prepared

contents = sa.Table(
    "contents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("wrapped_key", sa.Text, nullable=False, info=UNSAMPLED),
    sa.Column("sealed", sa.Text, nullable=False, info=UNSAMPLED),
)
"""Ciphertext, and the wrapped key that it takes to open it."""

erased = sa.Table(
    "erased",
    metadata,
    sa.Column("content", sa.Text, primary_key=True),
    sa.Column("stream", sa.Text, nullable=False, index=True),
    sa.Column("erased_at", Moment, nullable=False),
)
"""Tombstones: triggers let a row of contents go only once it stands here. `stream`: what its event is of."""

Words = dict[str, Any]


class Salted(NamedTuple):
    """Words with the salt of their commitment: sealed together, gone together."""

    salt: str
    words: Words

    def commitment(self) -> str:
        """The commitment: proves that these were the words, and tells nothing of them without the salt."""
        return sha256(self.salt.encode() + orjson.dumps(self.words)).hexdigest()


def unsealed(keyring: Keyring, id: str, wrapped_key: str, sealed: str) -> Salted:
    """A row of contents. May raise WrongKey or Damaged."""
    return Salted(*orjson.loads(keyring.open(id, Envelope(wrapped_key, sealed))))


class _Opened(sa.TypeDecorator[Any]):
    """A row of contents in one text, opened as it is read: its words, or with their salt."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, *, salted: bool) -> None:
        super().__init__()
        self.salted = salted

    def result_processor(self, dialect: sa.Dialect, _: object) -> Callable[[str | None], Any]:
        keyring, with_salt = keyring_of(dialect), self.salted

        def opened(row: str | None) -> Salted | Words | None:
            if row is None:
                return None
            salted = unsealed(keyring, *row.split("|"))
            return salted if with_salt else salted.words

        return opened


_ZEROS = "0" * 16
is_emptied = contents.c.wrapped_key.between(_ZEROS, _ZEROS + "1")
"""That a row of contents is but zeros: on SQLite an erasure overwrites where it stands."""
_ROW = contents.c.id + "|" + contents.c.wrapped_key + "|" + contents.c.sealed
salted = sa.type_coerce(_ROW, _Opened(salted=True)).label("salted")
_tombstones = erased.alias("tombstones")
is_erased = sa.select(_tombstones.c.content).where(_tombstones.c.content == contents.c.id).exists()
"""That a row of contents was erased: one that stands nevertheless was put back, from a backup."""
words = sa.type_coerce(sa.case((is_emptied | is_erased, sa.null()), else_=_ROW), _Opened(salted=False)).label(
    "words"
)
"""What to select for a row's words; null where they were erased, also where they were put back since."""


def with_words(table: sa.Table, *more: Any) -> sa.Select[Any]:
    """The rows of a table that names its contents, each with its words."""
    return sa.select(table, words, *more).outerjoin(contents, contents.c.id == table.c.content)


INSERT_WORDS = sa.insert(contents).values(
    id=sa.bindparam("content"), wrapped_key=sa.bindparam("wrapped_key"), sealed=sa.bindparam("sealed")
)
_INSERT_WORDS = Prepared(INSERT_WORDS)


def remove(tx: sa.Connection, ids: Sequence[str]) -> None:
    """Removes rows that have a tombstone, and their keys.

    SQLite would move the neighbours of a deleted row among its pages, and leave copies of their keys behind:
    there zeros take the place of every byte. PostgreSQL writes the table anew afterwards."""
    matching = contents.c.id.in_(ids)
    if tx.dialect.name != "sqlite":
        tx.execute(sa.delete(contents).where(matching))
        return
    emptied = {column: _zeros(contents.c[column]) for column in ("wrapped_key", "sealed")}
    tx.execute(sa.update(contents).where(matching).values(emptied))


def _zeros(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    """As many zeros as the column has digits: a row of the same size is overwritten in place."""
    length = sa.func.length(column)
    return sa.func.substr(sa.func.hex(sa.func.zeroblob(length / 2 + 1)), 1, length)


class StoredText(NamedTuple):
    """The id of the row that holds words, or is about to, and a salted commitment to them that says
    nothing of them."""

    id: str
    commitment: str
    envelope: Envelope


def seal(tx: sa.Connection, texts: Words, at: datetime) -> StoredText:
    """Seals words to be stored, with their salt: without the row the commitment says nothing of them."""
    id, salted = new_id("txt", at), Salted(token_hex(16), texts)
    envelope = keyring_of(tx.dialect).seal(id, orjson.dumps([*salted]))
    return StoredText(id, salted.commitment(), envelope)


def store(tx: sa.Connection, texts: Words, at: datetime) -> StoredText:
    """Store words."""
    stored = seal(tx, texts, at)
    _INSERT_WORDS.run(tx, content=stored.id, **stored.envelope._asdict())
    return stored


def words_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Words]:
    """The words kept under these ids; what was erased is missing."""
    query = sa.select(contents.c.id, words).where(contents.c.id.in_(list(ids)))
    return {row.id: row.words for row in connection.execute(query.where(~is_erased))}
