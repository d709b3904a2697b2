"""A new key takes over: every record's own key is wrapped anew, its words stay sealed as they are."""

from sqlalchemy import Connection, Table, bindparam, select, update

from service.store.sql.engine import Database
from service.store.sql.keyring import keyring_of
from service.store.words.contents import contents
from service.store.words.secrets import secrets

BATCH = 500
# Secrets last: a service that starts without the old key before all is done does not start.
TABLES = (contents, secrets)


def rewrap(db: Database) -> dict[str, int]:
    """How many were wrapped anew, by table; those that the current key wraps are left, so that what broke
    off can go on. May raise WrongKey or Damaged."""
    return {table.name: _rewrap_table(db, table) for table in TABLES}


def _rewrap_table(db: Database, table: Table) -> int:
    done, after = 0, ""
    while True:
        with db.writing() as tx:
            ids = _rewrap_some(tx, table, after)
        if not ids:
            return done
        done, after = done + len(ids), ids[-1]


def _rewrap_some(tx: Connection, table: Table, after: str) -> list[str]:
    keyring = keyring_of(tx.dialect)
    older = select(table.c.id, table.c.wrapped_key).where(
        table.c.id > after, ~table.c.wrapped_key.startswith(f"{keyring.current}.", autoescape=True)
    )
    rows = tx.execute(older.order_by(table.c.id).limit(BATCH)).all()
    if rows:
        wrap = update(table).where(table.c.id == bindparam("record")).values(wrapped_key=bindparam("anew"))
        tx.execute(
            wrap, [{"record": row.id, "anew": keyring.rewrap(row.id, row.wrapped_key)} for row in rows]
        )
    return [row.id for row in rows]
