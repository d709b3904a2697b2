"""The blind index of ids in other systems: the ids are words and sealed; a keyed hash, their mark, finds
them."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Insert,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
)

from service.store.sql.columns import metadata
from service.store.sql.upserts import insert_if_absent
from service.store.words.secrets import keyed_hash, secret_for

PURPOSE = "externals"

marked_ids = Table(
    "marked_ids",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("portfolio", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Index("ix_marked_ids_kind_ref", "kind", "ref"),
    sqlite_with_rowid=False,
)
"""Each is unique in its portfolio (people's: in the organisation). `ref`: whose it is, an id or a key."""

NounName = Literal["conversation", "customer", "person"]
Pair = tuple[str, str]
"""A system, and the id that something has there."""

_TAKE = insert_if_absent(marked_ids)


def mark_of(connection: Connection, noun: NounName, pair: Pair) -> str:
    """The mark by which an id is found; without the secret nobody can tell which id it is."""
    return keyed_hash(secret_for(connection, PURPOSE), "\0".join((noun, *pair)))


def marks_of(connection: Connection, noun: NounName, pairs: Iterable[Pair]) -> list[str]:
    """The marks by which these ids are found."""
    return [mark_of(connection, noun, pair) for pair in pairs]


def insert_marks(noun: NounName, count: int) -> Insert:
    """The insert that takes so many free ids: `mark0` and so on, in a `portfolio`, for an `id`."""
    whose: dict[str, Any] = {"portfolio": bindparam("portfolio"), "ref": bindparam("id")}
    whose["kind"] = literal_column(f"'{noun}'")
    return insert(marked_ids).values([{**whose, "mark": bindparam(f"mark{n}")} for n in range(count)])


def find(connection: Connection, noun: NounName, pair: Pair) -> Sequence[Row[Any]]:
    """`portfolio` and `ref` of whatever has this id, in any portfolio."""
    matching = marked_ids.c.mark == mark_of(connection, noun, pair)
    query: Select[Any] = select(marked_ids.c.portfolio, marked_ids.c.ref).where(matching)
    return connection.execute(query.order_by(marked_ids.c.portfolio)).all()


def replace_ids(
    tx: Connection, noun: NounName, portfolio: str, ref: str, before: Sequence[Pair], now: Sequence[Pair]
) -> int | None:
    """Adds the ids that are new and deletes those that are gone. Returns the index in `now` of one that is
    listed twice or that another noun has; None: there is none.

    Ids that stay are not checked again: older records may share an id, which the first of them has.
    """
    new = [(index, pair) for index, pair in enumerate(now) if pair not in before]
    gone = [pair for pair in before if pair not in now]
    if not new and not gone:
        return None
    if gone:
        columns, marks = marked_ids.c, marks_of(tx, noun, gone)
        matching = (columns.kind == noun) & (columns.ref == ref)
        tx.execute(delete(marked_ids).where(matching, columns.mark.in_(marks)))
    for index, pair in new:
        if not _TAKE.run(tx, portfolio=portfolio, mark=mark_of(tx, noun, pair), kind=noun, ref=ref):
            return index
    return None


def forget(tx: Connection, noun: NounName, refs: Iterable[str]) -> None:
    """Deletes the marks of all ids elsewhere of these."""
    columns = marked_ids.c
    tx.execute(delete(marked_ids).where(columns.kind == noun, columns.ref.in_(list(refs))))
