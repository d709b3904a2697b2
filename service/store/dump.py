"""Every row of every table, out and in again: words opened on the way out, sealed anew on the way in."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from service.store.derived.followers import followers
from service.store.derived.readiness_index import INDEX, readiness_index
from service.store.derived.snapshots import snapshots
from service.store.log.chains import chains
from service.store.notify import webhooks
from service.store.sql import columns
from service.store.sql.columns import Moment
from service.store.sql.engine import Database
from service.store.sql.keyring import Envelope, Keyring, keyring_of
from service.store.tables import metadata
from service.store.words.contents import contents, is_erased
from service.store.words.secrets import secrets
from service.store.words.text_sketches import text_sketches

Json = dict[str, Any]
CACHES = {snapshots, readiness_index, text_sketches}
"""Caches, not exported: they are worked out anew from the log, and from its words."""
DURABLE_ROWS = {followers: followers.c.name != INDEX.name}
"""The rows to export of a table that is partly a cache; of the other tables, all."""
TRANSIENT = {webhooks.worker_lease}
"""Worker leases, not exported: the other database has no such worker to wait for."""
TABLES = [table for table in metadata.sorted_tables if table not in CACHES | TRANSIENT]
"""The exported tables, each after those that it refers to."""
SEEDED = {chains: "key", secrets: "purpose"}
"""Tables in which migrations insert rows, and the column by which an imported row replaces one of them."""
SeedRows = dict[sa.Table, dict[Any, list[Any]]]
BATCH = 500


class RowMismatch(Exception):
    """A row that does not fit the tables of this version. The text has nothing of the row in it."""


@contextmanager
def snapshot(db: Database) -> Iterator[sa.Connection]:
    """Everything as it was at one instant, whoever writes meanwhile."""
    options: Any = {} if db.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with db.engine.connect().execution_options(**options) as connection:
        if db.is_sqlite:
            connection.exec_driver_sql("BEGIN")
        yield connection


def rows_of(connection: sa.Connection, table: sa.Table, *, opened: bool) -> Iterator[Json]:
    """Every row, in the order of the primary key, which both databases sort alike; `opened`: unsealed.

    May raise WrongKey or Damaged."""
    is_sqlite = connection.dialect.name == "sqlite"
    key = [
        column.collate("C") if isinstance(column.type, sa.Text) and not is_sqlite else column
        for column in table.primary_key
    ]
    query = sa.select(*map(_column, table.c)).where(DURABLE_ROWS.get(table, sa.true())).order_by(*key)
    query = query.execution_options(stream_results=True, yield_per=BATCH)
    if table is contents:
        query = query.where(~is_erased)
    keyring = keyring_of(connection.dialect)
    names = ["".join(column.name) for column in table.c]
    with connection.execute(query) as rows:
        for row in rows:
            values = dict(zip(names, row, strict=True))
            yield _opened(table, values, keyring) if opened and _is_sealed(table) else values


def _column(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """An event's data is dumped as it was written, whatever this release knows of it."""
    return sa.type_coerce(column, columns.Json) if isinstance(column.type, columns.EventData) else column


def is_empty(connection: sa.Connection) -> bool:
    """Returns whether the database has no rows but those that migrations inserted."""
    unused = connection.execute(sa.select(sa.func.coalesce(sa.func.max(chains.c.seq), 0))).scalar_one() == 0
    return unused and all(
        connection.execute(sa.select(table).limit(1)).first() is None
        for table in TABLES
        if table not in SEEDED
    )


def seed_rows(connection: sa.Connection) -> SeedRows:
    """The ids of the rows that migrations inserted, by table and by the value in its column of SEEDED."""
    made: SeedRows = {}
    for table, known_by in SEEDED.items():
        made[table] = {}
        for row in connection.execute(sa.select(table.c.id, table.c[known_by]).order_by(table.c.id)):
            made[table].setdefault(row[1], []).append(row[0])
    return made


def restore(tx: sa.Connection, table: sa.Table, rows: Iterable[Json], made: SeedRows) -> None:
    """Writes rows as they were dumped; one that takes over a row of `made` is removed from there.

    Raises RowMismatch; also WrongKey and Damaged for what came sealed."""
    keyring = keyring_of(tx.dialect)
    sealed = [_sealed(table, row, keyring) if _is_sealed(table) else row for row in rows]
    typed = [_typed(table, row) for row in sealed]
    fresh = [row for row in typed if not (table in SEEDED and _replaces(tx, table, row, made))]
    if fresh:
        tx.execute(sa.insert(table), fresh)


def restart_sequences(tx: sa.Connection) -> None:
    """PostgreSQL's sequences go on after the highest imported number."""
    if tx.dialect.name != "postgresql":
        return
    for table in TABLES:
        if (column := table.autoincrement_column) is not None and tx.execute(
            sa.select(table).limit(1)
        ).first():
            counter = sa.func.pg_get_serial_sequence(table.name, column.name)
            tx.execute(sa.select(sa.func.setval(counter, sa.select(sa.func.max(column)).scalar_subquery())))


def _is_sealed(table: sa.Table) -> bool:
    return {"id", "wrapped_key", "sealed"} <= set(table.c.keys())


def _opened(table: sa.Table, row: Json, keyring: Keyring) -> Json:
    envelope = Envelope(row.pop("wrapped_key"), row.pop("sealed"))
    plain = keyring.open(row["id"], envelope)
    if table is contents:
        salt, words = orjson.loads(plain)
        if orjson.dumps([salt, words]) == plain:
            return {**row, "salt": salt, "words": words}
    return {**row, "secret": b64encode(plain).decode()}


def _sealed(table: sa.Table, row: Json, keyring: Keyring) -> Json:
    if "sealed" in row:
        keyring.open(_text(row, "id"), Envelope(_text(row, "wrapped_key"), _text(row, "sealed")))
        return row
    values = dict(row)
    if table is contents and {"salt", "words"} <= values.keys():
        plain = orjson.dumps([values.pop("salt"), values.pop("words")])
    else:
        plain = b64decode(_text(values, "secret"), validate=True)
        del values["secret"]
    return {**values, **keyring.seal(_text(values, "id"), plain)._asdict()}


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise RowMismatch(name)
    return value


def _typed(table: sa.Table, row: Json) -> Json:
    if row.keys() != set(table.c.keys()):
        raise RowMismatch("columns")
    return {
        name: datetime.fromisoformat(value)
        if isinstance(table.c[name].type, Moment) and isinstance(value, str)
        else value
        for name, value in row.items()
    }


def _replaces(tx: sa.Connection, table: sa.Table, row: Json, made: SeedRows) -> bool:
    """Overwrites a row that a migration inserted, if there is one left for it: triggers refuse to delete
    those."""
    alike = made[table].get(row[SEEDED[table]])
    if not alike:
        return False
    tx.execute(sa.update(table).where(table.c.id == alike.pop(0)).values(row))
    return True
