"""The blind index of ids in other systems: the ids are words and sealed; a keyed hash, their mark, finds
them."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from service.store.sql.columns import UNSAMPLED, metadata
from service.store.sql.upserts import insert_if_absent
from service.store.words.secrets import keyed_hash, secret_for

PURPOSE = "externals"

marked_ids = sa.Table(
    "marked_ids",
    metadata,
    sa.Column("mark", sa.Text, primary_key=True, info=UNSAMPLED),
    sa.Column("portfolio", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ref", sa.Text, nullable=False),
    sa.Index("ix_marked_ids_kind_ref", "kind", "ref"),
    sqlite_with_rowid=False,
)
"""Each is unique in its portfolio (people's: in the organisation). `ref`: whose it is, an id or a key."""

NounName = Literal["conversation", "customer", "person"]
Pair = tuple[str, str]
"""A system, and the id that something has there."""

_TAKE = insert_if_absent(marked_ids)


def mark_of(connection: sa.Connection, noun: NounName, pair: Pair) -> str:
    """The mark by which an id is found; without the secret nobody can tell which id it is."""
    return keyed_hash(secret_for(connection, PURPOSE), "\0".join((noun, *pair)))


def marks_of(connection: sa.Connection, noun: NounName, pairs: Iterable[Pair]) -> list[str]:
    """The marks by which these ids are found."""
    return [mark_of(connection, noun, pair) for pair in pairs]


def insert_marks(noun: NounName, count: int) -> sa.Insert:
    """The insert that takes so many free ids: `mark0` and so on, in a `portfolio`, for an `id`."""
    whose: dict[str, Any] = {"portfolio": sa.bindparam("portfolio"), "ref": sa.bindparam("id")}
    whose["kind"] = sa.literal_column(f"'{noun}'")
    return sa.insert(marked_ids).values([{**whose, "mark": sa.bindparam(f"mark{n}")} for n in range(count)])


def find(connection: sa.Connection, noun: NounName, pair: Pair) -> Sequence[sa.Row[Any]]:
    """`portfolio` and `ref` of whatever has this id, in any portfolio."""
    matching = marked_ids.c.mark == mark_of(connection, noun, pair)
    query: sa.Select[Any] = sa.select(marked_ids.c.portfolio, marked_ids.c.ref).where(matching)
    return connection.execute(query.order_by(marked_ids.c.portfolio)).all()


def replace_ids(
    tx: sa.Connection, noun: NounName, portfolio: str, ref: str, before: Sequence[Pair], now: Sequence[Pair]
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
        tx.execute(sa.delete(marked_ids).where(matching, columns.mark.in_(marks)))
    for index, pair in new:
        if not _TAKE.run(tx, portfolio=portfolio, mark=mark_of(tx, noun, pair), kind=noun, ref=ref):
            return index
    return None


def forget(tx: sa.Connection, noun: NounName, refs: Iterable[str]) -> None:
    """Deletes the marks of all ids elsewhere of these."""
    columns = marked_ids.c
    tx.execute(sa.delete(marked_ids).where(columns.kind == noun, columns.ref.in_(list(refs))))
