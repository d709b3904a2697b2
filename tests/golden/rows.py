"""Every row of a database as lines of JSON, and into a database of the same shape: nothing is sealed anew."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Inspector,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    inspect,
    select,
    text,
)

from service.store.sql.engine import Database

VERSION = "alembic_version"


def dump(url: str) -> Iterator[str]:
    """Every table, caches too."""
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in _tables(connection):
            for row in connection.execute(select(table).order_by(*table.primary_key)):
                line = [table.name, row._asdict()]
                yield json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=_from_bytes)
    engine.dispose()


def revision_of(lines: Iterable[str]) -> str:
    """The shape that the rows are of."""
    revisions = [row["version_num"] for name, row in map(json.loads, lines) if name == VERSION]
    return str(*revisions)


def load(db: Database, lines: Iterable[str]) -> None:
    """In place of all that is there, with neither triggers nor foreign keys in the way."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, row in map(json.loads, lines):
        rows.setdefault(name, []).append({column: _to_bytes(value) for column, value in row.items()})
    with db.engine.connect() as connection:
        triggers = _take_away_triggers(connection) if db.is_sqlite else []
        if not db.is_sqlite:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in _tables(connection):
            connection.execute(table.delete())
            if rows.get(table.name):
                connection.execute(insert(table), rows[table.name])
                if not db.is_sqlite:
                    _go_on_counting(connection, table)
        for trigger in triggers:
            connection.exec_driver_sql(trigger)
        connection.commit()
        if db.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _from_bytes(value: bytes) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}


def _to_bytes(value: Any) -> Any:
    return b64decode(value["base64"]) if isinstance(value, dict) else value


def _tables(connection: Connection) -> list[Table]:
    """As they are in this database, whatever the program says."""
    shape, metadata = inspect(connection), MetaData()
    return [_table(shape, metadata, name) for name in sorted(shape.get_table_names())]


def _table(shape: Inspector, metadata: MetaData, name: str) -> Table:
    keys = shape.get_pk_constraint(name)["constrained_columns"]
    columns = [
        Column(each["name"], each["type"], primary_key=each["name"] in keys)
        for each in shape.get_columns(name)
    ]
    return Table(name, metadata, *columns)


def _take_away_triggers(connection: Connection) -> list[str]:
    """Returns what makes them again."""
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.exec_driver_sql(query).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [str(sql) for _, sql in triggers]


def _go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL's own counters have not seen the numbers that came with the rows."""
    for column in table.c:
        counter = connection.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar()
        if counter is not None:
            highest = select(func.max(column)).scalar_subquery()
            connection.execute(select(func.setval(counter, highest)))
