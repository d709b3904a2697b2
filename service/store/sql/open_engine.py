"""How the engines of the two databases are opened, and each of their connections."""

from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from service.store.sql.database_errors import say_less
from service.store.sql.file_modes import file_of, make_own
from service.store.sql.keyring import Keyring, attach

POOL_SIZE = 12
# Of SQLite's log before it is moved into the file: pages that each write touches are moved once for many.
# With a quarter of that, SQLite's own, a recorded conversation takes 20 microseconds longer.
LOG_PAGES = 4_000
# Of SQLite's pages, for each connection. Half of it costs a verdict evaluated anew a tenth more; twice of it
# nothing less, and 30 MB in all.
PAGES_KIB = 8_000
LOCK_WAIT_SECONDS = 5

_POOL: dict[str, Any] = {
    "hide_parameters": True,
    "pool_size": POOL_SIZE,
    "max_overflow": 0,
    # A writer gets the connection that wrote last: SQLite reads nothing again in which nobody else wrote.
    "pool_use_lifo": True,
}


def open_engine(url: str, keyring: Keyring) -> sa.Engine:
    """An engine that stores what is sealed with these keys, and never puts bound values, which may be a
    customer's words, into an error's text."""
    is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
    engine = _sqlite(url) if is_sqlite else _postgresql(url)
    attach(engine.dialect, keyring)
    return engine


def _postgresql(url: str) -> sa.Engine:
    engine = sa.create_engine(url, pool_pre_ping=True, **_POOL)
    sa.event.listen(engine, "connect", _plan_once)
    sa.event.listen(engine, "handle_error", say_less)
    return engine


def _plan_once(connection: Any, _: Any) -> None:
    """Makes PostgreSQL plan a prepared statement once: all of them search by keys. It took nine times as long
    to plan a cold poll's statement, anew for each concept, as to answer it."""
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.commit()


def _sqlite(url: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        module=_sqlite_module(),
        poolclass=QueuePool,
        **_POOL,
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_SECONDS},
    )
    if (path := file_of(url)) is not None:
        sa.event.listen(engine, "do_connect", lambda *_: make_own(path))
    sa.event.listen(engine, "connect", _on_connect)
    return engine


def _sqlite_module() -> ModuleType:
    """A recent SQLite where its wheel is; the standard library's elsewhere."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415
    except ImportError:
        import sqlite3 as dbapi2  # noqa: PLC0415
    module: ModuleType = dbapi2
    return module


def _on_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we begin and commit; the driver does neither
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else REPLACE would remove rows of history unseen by their triggers
        "secure_delete=ON",
        f"busy_timeout={LOCK_WAIT_SECONDS * 1000}",
        f"cache_size=-{PAGES_KIB}",
        f"wal_autocheckpoint={LOG_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
