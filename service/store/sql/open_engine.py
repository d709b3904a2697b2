"""How the engines of the two databases are opened, and each of their connections."""

import math
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from service.store.sql.database_errors import say_less
from service.store.sql.file_modes import file_of, make_own
from service.store.sql.keyring import Keyring, attach
from service.store.sql.pool import ClosingPool
from service.store.sql.timeouts import USUAL_TIMEOUTS, Timeouts

POOL_SIZE = 12
# Of SQLite's log before it is moved into the file: pages that each write touches are moved once for many.
# With a quarter of that, SQLite's own, a recorded conversation takes 20 microseconds longer.
LOG_PAGES = 4_000
# Of SQLite's pages, for each connection. Half of it costs a verdict evaluated anew a tenth more; twice of it
# nothing less, and 30 MB in all.
PAGES_KIB = 8_000
BUSY_MILLISECONDS = 250
"""So long SQLite waits by itself for its file: readers wait in the event loop, writers try again."""

_POOL: dict[str, Any] = {
    "poolclass": ClosingPool,
    "hide_parameters": True,
    "pool_size": POOL_SIZE,
    "max_overflow": 0,
    # A writer gets the connection that wrote last: SQLite reads nothing again in which nobody else wrote.
    "pool_use_lifo": True,
}


def open_engine(url: str, keyring: Keyring, timeouts: Timeouts = USUAL_TIMEOUTS) -> sa.Engine:
    """An engine that stores what is sealed with these keys, and never puts bound values, which may be a
    customer's words, into an error's text."""
    is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
    engine = _sqlite(url) if is_sqlite else _postgresql(url, timeouts)
    attach(engine.dialect, keyring)
    return engine


def _postgresql(url: str, timeouts: Timeouts) -> sa.Engine:
    from service.store.sql.session import set_up  # noqa: PLC0415 - SQLite's users load no other driver
    from service.store.sql.watch import Watch  # noqa: PLC0415

    parsed = sa.make_url(url)
    query = dict(parsed.query)
    arguments: dict[str, Any] = {**_tcp(timeouts), "connect_timeout": math.ceil(timeouts.connect)}
    if "prepare_threshold" in query:
        arguments["prepare_threshold"] = prepare_threshold_of(query.pop("prepare_threshold"))
    arguments = {name: value for name, value in arguments.items() if name not in query}
    watch = Watch(timeouts)
    engine = sa.create_engine(
        parsed.set(query=query),
        pool_pre_ping=True,
        pool_timeout=timeouts.pool,
        connect_args=arguments,
        **_POOL,
    )
    sa.event.listen(engine, "do_connect", watch.connect)
    sa.event.listen(engine, "connect", lambda connection, _: set_up(connection, timeouts))
    sa.event.listen(engine, "engine_disposed", lambda _: watch.close())
    sa.event.listen(engine, "handle_error", say_less)
    return engine


def prepare_threshold_of(text: str | tuple[str, ...]) -> int | None:
    """Returns after how many times a statement is prepared; None, for `none` and 0: never. May raise
    ValueError."""
    if isinstance(text, tuple) or not (text.lower() == "none" or text.isdecimal()):
        raise ValueError("prepare_threshold is a number, or none")
    return None if text.lower() == "none" else int(text) or None


def _tcp(timeouts: Timeouts) -> dict[str, int]:
    """What the kernel is told: to give a connection up whose other end acknowledges nothing for so long."""
    if not timeouts.tcp:
        return {}
    probes = max(1, math.ceil(timeouts.tcp / 2))
    return {
        "keepalives_idle": max(1, math.ceil(timeouts.tcp) - probes),
        "keepalives_interval": 1,
        "keepalives_count": probes,
        "tcp_user_timeout": math.ceil(timeouts.tcp * 1000),
    }


def _sqlite(url: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        module=_sqlite_module(),
        **_POOL,
        connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
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
        f"busy_timeout={BUSY_MILLISECONDS}",
        f"cache_size=-{PAGES_KIB}",
        f"wal_autocheckpoint={LOG_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
