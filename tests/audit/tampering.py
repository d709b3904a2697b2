"""Somebody who has the database to themselves, and no regard for its triggers."""

from typing import Any

from sqlalchemy import Connection, text

from service.store.sql.engine import Database


def tamper(db: Database, *statements: str, **fields: Any) -> None:
    """Do it in one transaction, with neither triggers nor foreign keys in the way."""
    with db.engine.connect() as connection:
        if db.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _drop_triggers(connection)
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), fields)
        connection.commit()
        if db.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _drop_triggers(connection: Connection) -> None:
    triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()
    for (name,) in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
