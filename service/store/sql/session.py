"""What each new connection to PostgreSQL is told, and whether a pooler stands between.

Through a pooler in transaction mode each transaction may have another server process: what is set in one is
set there for whoever comes next, and a statement that was prepared in one is missing in the next, or is
another one of the same name."""

from functools import cache
from typing import Any

import psycopg

from service.store.sql.timeouts import Timeouts
from service.store.sql.watch import WatchedConnection

OURS = "_pg3_"
"""How the driver's names of prepared statements begin."""


def set_up(connection: WatchedConnection, timeouts: Timeouts) -> None:
    """Sets the time-outs, and plans a prepared statement once. Through a pooler neither: what is set would be
    set for others, and statements are prepared only where the pooler keeps count of them."""
    try:
        _set_up(connection, timeouts)
    except BaseException:
        connection.close()  # the pool lets go of one that fails here, and leaves it open
        raise


def _set_up(connection: WatchedConnection, timeouts: Timeouts) -> None:
    connection.autocommit = True
    [pid] = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone() or [None]
    connection.is_pooled = pid != connection.pgconn.backend_pid
    if not connection.is_pooled:
        connection.execute(_settings(timeouts), prepare=False)
    elif connection.prepare_threshold is not None and not _are_prepared_apart(connection):
        connection.prepare_threshold = None
    connection.autocommit = False


@cache
def _settings(timeouts: Timeouts) -> str:
    settings = {
        # All of them search by keys. It took nine times as long to plan a cold poll's statement, anew for
        # each concept, as to answer it.
        "plan_cache_mode": "force_generic_plan",
        "statement_timeout": _milliseconds(timeouts.statement),
        "lock_timeout": _milliseconds(timeouts.lock),
        "idle_in_transaction_session_timeout": _milliseconds(timeouts.idle),
    }
    return "SELECT " + ", ".join(
        f"set_config('{name}', '{value}', false)" for name, value in settings.items()
    )


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f}ms"


def _are_prepared_apart(connection: psycopg.Connection[Any]) -> bool:
    """Returns whether the pooler gives prepared statements names of its own: then it brings each to the
    server that is to run it (PgBouncer from 1.21 on, with max_prepared_statements)."""
    if not psycopg.capabilities.has_send_close_prepared():
        return False
    try:
        with connection.transaction():
            connection.execute("SELECT 'prepared'", prepare=True)
            rows = connection.execute("SELECT name FROM pg_prepared_statements", prepare=False)
            names = [name for (name,) in rows]
            if not any(name.startswith(OURS) for name in names):
                return bool(names)
            connection.execute("DEALLOCATE _pg3_0", prepare=False)
    except psycopg.ProgrammingError:
        pass  # somebody prepared another one of that name there
    return False
