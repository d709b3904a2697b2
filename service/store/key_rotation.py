"""A new key takes over: every record's own key is wrapped anew, what it seals stays as it is."""

from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from service.store.derived.snapshots import record_of, snapshots
from service.store.sql.engine import Database
from service.store.sql.keyring import Damaged, Keyring, WrongKey, keyring_of
from service.store.words.contents import contents, is_emptied
from service.store.words.secrets import secrets

BATCH = 500


class SealedTable(NamedTuple):
    """A table of sealed records. `id`: its column of ids. `record`: the name by which the key of each is
    wrapped. `is_cache`: a record whose key does not open is let go, and not an error. `needed`: the
    condition of rows that have a key still."""

    table: sa.Table
    id: str = "id"
    record: Callable[[str], str] = str
    is_cache: bool = False
    needed: tuple[sa.ColumnElement[bool], ...] = ()


# Secrets last: a service that starts without the old key before all is done does not start.
TABLES = (
    SealedTable(contents, needed=(~is_emptied,)),
    SealedTable(snapshots, "concept", record_of, is_cache=True),
    SealedTable(secrets),
)


def rewrap(db: Database) -> dict[str, int]:
    """How many were wrapped anew, by table; those that the current key wraps are left, so that what broke
    off can go on. May raise WrongKey or Damaged."""
    return {sealed.table.name: _rewrap_table(db, sealed) for sealed in TABLES}


def _rewrap_table(db: Database, sealed: SealedTable) -> int:
    done, after = 0, ""
    while True:
        with db.writing() as tx:
            ids = _rewrap_some(tx, sealed, after)
        if not ids:
            return done
        done, after = done + len(ids), ids[-1]


def _rewrap_some(tx: sa.Connection, sealed: SealedTable, after: str) -> list[str]:
    keyring, table = keyring_of(tx.dialect), sealed.table
    id = table.c[sealed.id]
    older = sa.select(id.label("id"), table.c.wrapped_key).where(
        id > after, *sealed.needed, ~table.c.wrapped_key.startswith(f"{keyring.current}.", autoescape=True)
    )
    rows = tx.execute(older.order_by(id).limit(BATCH)).all()
    anew = {row.id: _rewrapped(keyring, sealed, row.id, row.wrapped_key) for row in rows}
    if wrapped := [{"record": each, "anew": key} for each, key in anew.items() if key]:
        wrap = sa.update(table).where(id == sa.bindparam("record")).values(wrapped_key=sa.bindparam("anew"))
        tx.execute(wrap, wrapped)
    if lost := [each for each, key in anew.items() if key is None]:
        tx.execute(sa.delete(table).where(id.in_(lost)))
    return list(anew)


def _rewrapped(keyring: Keyring, sealed: SealedTable, id: str, wrapped_key: str) -> str | None:
    try:
        return keyring.rewrap(sealed.record(id), wrapped_key)
    except (WrongKey, Damaged):
        if sealed.is_cache:
            return None
        raise
