"""After an erasure: what was removed is gone from the database's files too, not only from its tables."""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from service.store.sql.engine import Database

PATIENCE_SECONDS = 2.0
# For so long a writer waits while the last of SQLite's log is moved into the file, at most.
WAIT_MILLISECONDS = 20
# What SQLite's user_version says of a file in which no row of words was ever moved among pages.
UNMOVED = 1
RETRY_SECONDS = 0.05
TABLES = ("contents", "idempotency_keys", "themes")
# A table takes as long as it takes; nobody waits long behind a lock that is waited for.
LIMITS = sa.text(
    f"SELECT set_config('lock_timeout', '{PATIENCE_SECONDS}s', false),"
    " set_config('statement_timeout', '0', false)"
)
# Whoever still sees the database as it was keeps the removed rows alive; autovacuum does not look.
OLDER_VIEWS = sa.text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE (datname = current_database() OR datname IS NULL) AND pid <> pg_backend_pid()
    AND backend_type <> 'autovacuum worker' AND age(backend_xmin) > age(CAST(CAST(:next AS text) AS xid))
""")


def clean(db: Database) -> bool:
    """Returns whether no removed row is left in the files; False while somebody still reads: try again
    later."""
    with db.reading() as connection:
        try:
            return _empty_log(connection) if db.is_sqlite else _rewrite(connection)
        except DBAPIError:
            return False


def _empty_log(connection: sa.Connection) -> bool:
    """What was erased was overwritten in its page; older states of that page are in the log of writes, which
    is moved into the file and cut off. Nobody waits while most of it is moved."""
    usual = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql(f"PRAGMA busy_timeout={WAIT_MILLISECONDS}")
    until = time.monotonic() + PATIENCE_SECONDS
    try:
        _write_anew_once(connection)
        while not _is_cut_off(connection):
            if time.monotonic() > until:
                return False
            time.sleep(RETRY_SECONDS)
        return True
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={usual}")


def _is_cut_off(connection: sa.Connection) -> bool:
    connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
    return not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]


def _write_anew_once(connection: sa.Connection) -> None:
    """Writes all pages of a file anew in which an earlier release deleted rows: copies of their neighbours,
    which were moved among pages, stayed behind. Writers wait, once for good."""
    if connection.exec_driver_sql("PRAGMA user_version").scalar_one() < UNMOVED:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE_SECONDS * 1000:.0f}")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql(f"PRAGMA user_version={UNMOVED}")
        connection.exec_driver_sql(f"PRAGMA busy_timeout={WAIT_MILLISECONDS}")


def _rewrite(connection: sa.Connection) -> bool:
    """A plain VACUUM leaves the bytes of removed rows in their pages: a full one writes the tables anew."""
    if not _is_seen_by_none(connection):
        return False
    driver: Any = connection.connection.driver_connection
    if not driver.is_pooled:  # a pooler would hand the settings to others
        connection.execute(LIMITS)
    try:
        # Samples that were taken before columns had none. Whoever does not own the database is only warned.
        connection.execute(sa.text("VACUUM (FULL) pg_statistic"))
        return all(_rewritten(connection, table) for table in TABLES)
    finally:
        connection.invalidate()  # with its settings


def _rewritten(connection: sa.Connection, table: str) -> bool:
    """Returns whether the table was rewritten: PostgreSQL only warns a role that does not own it."""
    file = sa.text("SELECT pg_relation_filenode(:table)")
    before = connection.execute(file, {"table": table}).scalar()
    connection.execute(sa.text(f"VACUUM (FULL) {table}"))
    return bool(connection.execute(file, {"table": table}).scalar() != before)


def _is_seen_by_none(connection: sa.Connection) -> bool:
    """Waits until every transaction that began before now has ended; returns whether they did in time."""
    following = connection.execute(sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")).scalar()
    until = time.monotonic() + PATIENCE_SECONDS
    while connection.execute(OLDER_VIEWS, {"next": following}).scalar():
        if time.monotonic() > until:
            return False
        time.sleep(RETRY_SECONDS)
    return True
