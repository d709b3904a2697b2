"""A database, and the two ways of using it: read, and write in one transaction."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import local
from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from service.clock import ClockWatch
from service.store.sql.database_errors import drop_all
from service.store.sql.faults import Busy, Deferred, Fault, OutcomeUnknown, ReadOnly, RolledBack, fault_of
from service.store.sql.file_lock import LOCKED, FileLock
from service.store.sql.keyring import Keyring
from service.store.sql.lru_cache import LruCache
from service.store.sql.open_engine import open_engine
from service.store.sql.outcome import WITNESS, was_committed
from service.store.sql.prepared import Prepared
from service.store.sql.timeouts import USUAL_TIMEOUTS, Timeouts
from service.store.sql.transactions import changes, is_committable, savepoint, transaction_memo

# Some 2 KB each.
PARSED_ROWS = 10_000
ANSWER_BYTES = 24 * 2**20
# So many connections may be held by writers, who wait for each other: the others stay free for readers.
WRITERS = 4
BRIEFLY = "10ms"


# PostgreSQL takes a new table for empty, and keeps a plan that reads it from end to end until it looks again,
# in a minute or more: what writers ask is found by an index.
# The time-outs are said again for each transaction, since a pooler keeps none for a session.
_BEGIN = Prepared(
    sa.text(
        "SELECT set_config('lock_timeout', :lock, true), set_config('statement_timeout', :statement, true),"
        " set_config('idle_in_transaction_session_timeout', :idle, true),"
        " set_config('enable_seqscan', 'off', true), clock_timestamp() AS instant"
    ).columns(
        *(sa.column(name, sa.Text) for name in ("lock", "statement", "idle", "scans")),
        sa.column("instant", sa.DateTime),
    )
)
_WAIT_BRIEFLY = Prepared(sa.text(f"SET LOCAL lock_timeout = '{BRIEFLY}'"))
# SQLite begins a write transaction in a file that cannot be written, and refuses the first write.
_WRITE_NOTHING = sa.text("UPDATE alembic_version SET version_num = version_num")
_READ_ONLY = sa.text("SELECT current_setting('transaction_read_only')")
_INSTANT = sa.text("SELECT clock_timestamp()")


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

    def __init__(self, url: str, keyring: Keyring, timeouts: Timeouts = USUAL_TIMEOUTS) -> None:
        self.engine = open_engine(url, keyring, timeouts)
        self.timeouts = timeouts
        self.keyring = keyring
        self.clock_watch: ClockWatch | None = None
        """Compares clocks before each write; None where instants are not the system clock's."""
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
            sa.event.listen(self._writer, "begin", self._begin_immediate)
        self._idle: list[sa.Connection] = []
        self._lent: list[sa.Connection] = []
        self._is_closed = False
        self.file = FileLock()
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
                group.is_poisoned |= not is_committable(group.connection)
            return
        if self.file.locked_until:
            self.file.require_unlocked()
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        except BaseException as error:
            connection.close()
            if self.is_sqlite and self.file.note(error):
                raise Busy(LOCKED) from None
            raise
        if self.is_sqlite and not (self._idle or self._is_closed):
            self._idle.append(connection)
        else:
            connection.close()

    def connect_to_read(self) -> sa.Connection:
        """A connection for reads that is kept; closed with the database, unless it was before."""
        connection = self._connect()
        self._lent = [each for each in self._lent if not each.closed] + [connection]
        return connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: committed when the block ends, rolled back when it raises. May raise Busy,
        RolledBack or ClockDiffers.

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
            with savepoint(connection) if group.with_savepoints else _or_poisoned(group, connection):
                yield connection
        except DBAPIError as error:
            if fault_of(error) is Fault.BUSY:
                raise (Busy if is_first else Deferred) from None
            raise
        finally:
            group.is_poisoned |= not is_committable(connection)

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
                    error = ReadOnly()
                    drop_all(connection, error)
                    raise error
        elif self.file.is_free():
            try:
                with self._writer.begin() as connection:
                    connection.execute(_WRITE_NOTHING)
                    connection.rollback()
            finally:
                self.file.end_turn()

    @contextmanager
    def waiting_since(self, instant: float) -> Iterator[None]:
        """Writes of this thread wait for locks as if they had begun to at this instant (of
        the monotonic clock): the waits of those who stand in one queue do not add up."""
        self._of_thread.since = instant
        try:
            yield
        finally:
            self._of_thread.since = None

    def require_clock(self) -> None:
        """Raises ClockDiffers where a write would."""
        if self.clock_watch is None:
            return
        with self.reading() as connection:
            self.clock_watch.check(None if self.is_sqlite else connection.execute(_INSTANT).scalar_one())

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        is_ending, witness, patience = False, None, self._patience()
        if self.is_sqlite:
            self.file.take_turn(patience)
        try:
            with self._writer.begin() as connection:
                limits = self.timeouts.limits(patience)
                begun = None if self.is_sqlite else _BEGIN.first(connection, **limits)
                if self.clock_watch is not None:
                    self.clock_watch.check(begun and begun.instant)
                yield connection
                if not is_committable(connection):
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
                raise Busy(LOCKED) if self.is_sqlite else Busy from None
            raise
        finally:
            if self.is_sqlite:
                self.file.end_turn()

    def _patience(self) -> float:
        """The seconds that are left to wait for a lock."""
        since: float | None = getattr(self._of_thread, "since", None)
        return self.timeouts.lock - (0.0 if since is None else monotonic() - since)

    def _begin_immediate(self, connection: sa.Connection) -> None:
        self.file.begin(connection, self._patience())

    def _connect(self) -> sa.Connection:
        try:
            return self._reader.connect()
        except DBAPIError as error:
            if self.is_sqlite and self.file.note(error):
                raise Busy(LOCKED) from None
            raise

    def _group(self) -> WriteGroup | None:
        return getattr(self._of_thread, "group", None)

    def forget(self) -> None:
        """Empties the caches."""
        self.parsed.clear()
        self.answers.clear()

    def close(self) -> None:
        """Closes every connection: one that somebody uses, or asks for later, as soon as it is given back."""
        self._is_closed = True
        for connection in (*self._idle, *self._lent):
            connection.close()
        self._idle, self._lent = [], []
        self.engine.dispose()
        self.engine.pool.dispose()  # a new one is in its place


@contextmanager
def _or_poisoned(group: WriteGroup, connection: sa.Connection) -> Iterator[None]:
    """A failure in here has written nothing, or poisons the group."""
    before = changes(connection)
    try:
        yield
    except BaseException:
        group.is_poisoned |= before is None or changes(connection) != before
        raise
