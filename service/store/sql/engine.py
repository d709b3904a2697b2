"""A database, and the two ways of using it: read, and write in one transaction."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from threading import Lock, local
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from service.store.sql.faults import Busy, Deferred, Fault, OutcomeUnknown, ReadOnly, RolledBack, fault_of
from service.store.sql.keyring import Keyring
from service.store.sql.lru_cache import LruCache
from service.store.sql.open_engine import LOCK_WAIT_SECONDS, open_engine
from service.store.sql.outcome import WITNESS, Witness, was_committed
from service.store.sql.prepared import Prepared

# Some 2 KB each.
PARSED_ROWS = 10_000
ANSWER_BYTES = 24 * 2**20
# So many connections may be held by writers, who wait for each other: the others stay free for readers.
WRITERS = 4
BRIEFLY = "10ms"


# PostgreSQL takes a new table for empty, and keeps a plan that reads it from end to end until it looks again,
# in a minute or more: what writers ask is found by an index.
_BEGIN = Prepared(
    sa.text(
        f"SELECT set_config('lock_timeout', '{LOCK_WAIT_SECONDS}s', true),"
        " set_config('enable_seqscan', 'off', true)"
    )
)
_WAIT_BRIEFLY = Prepared(sa.text(f"SET LOCAL lock_timeout = '{BRIEFLY}'"))
# SQLite begins a write transaction in a file that cannot be written, and refuses the first write.
_WRITE_NOTHING = sa.text("UPDATE alembic_version SET version_num = version_num")
_READ_ONLY = sa.text("SELECT current_setting('transaction_read_only')")
_SAVE, _ROLL_BACK = (
    Prepared(sa.text("SAVEPOINT one_write")),
    Prepared(sa.text("ROLLBACK TO SAVEPOINT one_write")),
)

_MEMOS: WeakKeyDictionary[sa.Connection, dict[Any, Any]] = WeakKeyDictionary()


def transaction_memo(tx: sa.Connection) -> dict[Any, Any]:
    """Values that a transaction has read under its locks, so that it need not ask again. Cleared when a
    savepoint is rolled back, since that releases locks."""
    return _MEMOS.setdefault(tx, {})


def forget_locks(tx: sa.Connection, witness: Witness | None) -> None:
    """Clears the memo, since a savepoint was rolled back, but for a witness of what was written before it."""
    memo = transaction_memo(tx)
    memo.clear()
    if witness is not None:
        memo[WITNESS] = witness


@dataclass
class WriteGroup:
    """The transaction that several writes of a thread share: it begins with the first of them."""

    ending: ExitStack
    with_savepoints: bool
    connection: sa.Connection | None = None
    is_nowait: bool = False
    """Whether its writes no longer wait for locks."""
    is_poisoned: bool = False
    """Whether something failed, and nothing can be taken back but all."""


class Database:
    """One database: `reading` sees committed data statement by statement, `writing` is one transaction."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.engine = open_engine(url, keyring)
        self.keyring = keyring
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.parsed: LruCache[Any] = LruCache(PARSED_ROWS)
        """What is made of rows that never change, kept by whoever makes it; weighed in rows."""
        self.answers: LruCache[Any] = LruCache(ANSWER_BYTES)
        """What polls were answered with; weighed in bytes."""
        # On SQLite nothing is begun unless a writer says so; PostgreSQL's driver has to be told.
        autocommit = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reader = self.engine.execution_options(**autocommit)
        # Writers' view of the same pool. Only they listen to what begins: readers pay for no listener.
        self._writer = self.engine.execution_options()
        if self.is_sqlite:
            sa.event.listen(self._writer, "begin", _begin_writing)
        self._idle: list[sa.Connection] = []
        self._lent: list[sa.Connection] = []
        # SQLite has one writer at a time: those of this process wait here, more fairly than for its file.
        self._writer_lock = Lock()
        self._of_thread = local()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection for reads. On SQLite one stays open: fetching it from the pool costs more than a read.

        Within `group_commit` it sees what was written there.
        """
        group = self._group()
        if group is not None and group.connection is not None:
            try:
                yield group.connection
            finally:
                group.is_poisoned |= not _is_committable(group.connection)
            return
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._reader.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self.is_sqlite and not self._idle:
            self._idle.append(connection)
        else:
            connection.close()

    def connect_to_read(self) -> sa.Connection:
        """A connection for reads that is kept; closed with the database, unless it was before."""
        connection = self._reader.connect()
        self._lent = [each for each in self._lent if not each.closed] + [connection]
        return connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: committed when the block ends, rolled back when it raises. May raise
        Busy or RolledBack.

        Within `group_commit` it is a part of that transaction; it may raise Deferred.
        """
        group = self._group()
        if group is None:
            with self._begun() as connection:
                yield connection
            return
        is_first = group.connection is None
        connection = group.connection or group.ending.enter_context(self._begun())
        group.connection = connection
        if not (is_first or group.is_nowait or self.is_sqlite):
            _WAIT_BRIEFLY.run(connection)
            group.is_nowait = True
        try:
            with _savepoint(connection) if group.with_savepoints else _or_poisoned(group, connection):
                yield connection
        except DBAPIError as error:
            if fault_of(error) is Fault.BUSY:
                raise (Busy if is_first else Deferred) from None
            raise
        finally:
            group.is_poisoned |= not _is_committable(connection)

    @contextmanager
    def group_commit(self, *, with_savepoints: bool) -> Iterator[WriteGroup]:
        """A transaction for several writes of this thread. Committed when the block ends. May raise Busy or
        RolledBack.

        `with_savepoints`: each write begins a savepoint, and a failure rolls back that write alone. Without,
        a failure may poison the group: the caller must raise if `group.is_poisoned`, so that all rolls back.
        """
        with ExitStack() as ending:
            self._of_thread.group = group = WriteGroup(ending, with_savepoints=with_savepoints)
            try:
                yield group
            finally:
                self._of_thread.group = None

    def require_writable(self) -> None:
        """Raises what a writer would meet: ReadOnly, or that the file is locked. Writes nothing, and asks
        nothing of SQLite while a writer of this process is at work."""
        if not self.is_sqlite:
            with self.reading() as connection:
                if connection.execute(_READ_ONLY).scalar_one() == "on":
                    raise ReadOnly
        elif self._writer_lock.acquire(blocking=False):
            try:
                with self._writer.begin() as connection:
                    connection.execute(_WRITE_NOTHING)
                    connection.rollback()
            finally:
                self._writer_lock.release()

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        is_ending, witness = False, None
        try:
            with self._turn(), self._writer.begin() as connection:
                if not self.is_sqlite:
                    _BEGIN.run(connection)
                yield connection
                if not _is_committable(connection):
                    raise RolledBack
                is_ending, witness = True, transaction_memo(connection).get(WITNESS)
        except DBAPIError as error:
            if is_ending and error.connection_invalidated and not self.is_sqlite:
                is_there = was_committed(self._writer.begin, witness)
                if is_there is None:
                    raise OutcomeUnknown from None
                if is_there:
                    return
            if fault_of(error) is Fault.BUSY:
                raise Busy from None
            raise

    def _turn(self) -> AbstractContextManager[Any]:
        return self._writer_lock if self.is_sqlite else nullcontext()

    def _group(self) -> WriteGroup | None:
        return getattr(self._of_thread, "group", None)

    def forget(self) -> None:
        """Empties the caches."""
        self.parsed.clear()
        self.answers.clear()

    def close(self) -> None:
        """Closes every connection."""
        for connection in (*self._idle, *self._lent):
            connection.close()
        self._idle, self._lent = [], []
        self.engine.dispose()


@contextmanager
def _savepoint(connection: sa.Connection) -> Iterator[None]:
    """SAVEPOINTs of one name are nested and never released; COMMIT ends them all. A missing savepoint means
    that the transaction was rolled back."""
    _SAVE.run(connection)
    before = transaction_memo(connection).get(WITNESS)
    try:
        yield
    except BaseException:
        forget_locks(connection, before)
        with suppress(SQLAlchemyError):
            _ROLL_BACK.run(connection)
        raise


@contextmanager
def _or_poisoned(group: WriteGroup, connection: sa.Connection) -> Iterator[None]:
    """A failure in here has written nothing, or poisons the group."""
    before = _changes(connection)
    try:
        yield
    except BaseException:
        group.is_poisoned |= before is None or _changes(connection) != before
        raise


def _is_committable(connection: sa.Connection) -> bool:
    """Returns whether the transaction can still be committed."""
    if connection.invalidated:
        return False
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return bool(driver.in_transaction)
    return bool(driver.info.transaction_status.name == "INTRANS")


def _changes(connection: sa.Connection) -> int | None:
    """The number of rows that were changed so far. None: PostgreSQL does not say; a fault lets nothing go
    on there."""
    driver: Any = connection.connection.dbapi_connection
    return getattr(driver, "total_changes", None)


def _begin_writing(connection: sa.Connection) -> None:
    """A writer takes SQLite's lock at the start: a lock taken halfway fails instead of waiting."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
