"""Whether PostgreSQL answers. A thread in the driver cannot be interrupted, so it looks up by itself.

A statement may take long, or its answer may never come: packets are dropped, the server is paused, a proxy
holds a connection whose other end is gone. Nobody can tell from the connection. So where one has been
silent for a while, a thread of its own opens another one and asks whether the server is at work on the
statement. Where that connection gets no answer either the database is away: all who wait give up at once,
nobody begins anew, and the thread goes on asking until it answers.
"""

from collections.abc import Generator
from contextlib import closing
from math import inf
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.errors import ConnectionTimeout, _WaitTimeout
from psycopg.waiting import READY_NONE

from service.store.sql.faults import Fault, fault_of
from service.store.sql.timeouts import Timeouts

T = TypeVar("T")
INTERVAL = 0.1
"""Seconds between two looks of a thread that waits."""
PAUSE_AWAY, PAUSE_AT_WORK = 0.25, 1.0
AT_WORK = "SELECT pid FROM pg_stat_activity WHERE pid = ANY(%s) AND coalesce(state, '') NOT LIKE 'idle%%'"
MISSES = 2
"""Looks in which the server was not at work: at the first its answer may be on the way."""


class NoAnswer(ConnectionTimeout):
    """The database does not answer. The connection is closed."""


class Watch:
    """Looks after the connections of one engine that wait for PostgreSQL."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self.is_away = False
        self._params: dict[str, Any] = {}
        self._silent: set[WatchedConnection] = set()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._closed = Event()

    def connect(self, _: sa.Dialect, __: Any, args: list[Any], params: dict[str, Any]) -> "WatchedConnection":
        """Opens a connection for the pool; at once NoAnswer while the database is away."""
        if self.is_away:
            raise NoAnswer("the database does not answer")
        self._params = params
        self._closed.clear()
        try:
            connection = WatchedConnection.connect(*args, **params)
        except ConnectionTimeout:
            self.is_away = True
            with self._lock:
                self._start()
            raise
        connection.watch = self
        return connection

    def join(self, connection: "WatchedConnection") -> None:
        """Has this connection looked after: it is silent."""
        with self._lock:
            self._silent.add(connection)
            self._start()

    def leave(self, connection: "WatchedConnection") -> None:
        """It was answered, or given up."""
        with self._lock:
            self._silent.discard(connection)

    def close(self) -> None:
        """Ends the thread, until a connection is opened again."""
        self._closed.set()
        self.is_away = False  # nobody would learn that it is back

    def _start(self) -> None:
        if self._thread is None and not self._closed.is_set():
            self._thread = Thread(target=self._run, name="database watch", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            self._look()
            with self._lock:
                if self._closed.is_set() or not (self.is_away or self._silent):
                    self._thread = None
                    return
            self._closed.wait(PAUSE_AWAY if self.is_away else PAUSE_AT_WORK)

    def _look(self) -> None:
        with self._lock:
            silent = [each for each in self._silent if not each.is_pooled]
        try:
            with closing(_Probe.connect(**self._params, autocommit=True)) as probe:
                probe.patience = self.timeouts.answer
                rows = probe.execute(AT_WORK, [[each.pgconn.backend_pid for each in silent]], prepare=False)
                at_work = {pid for (pid,) in rows}
        except Exception as error:
            # Who is refused was answered, and so will they be who wait.
            self.is_away = fault_of(error) is Fault.TIMED_OUT
            return
        self.is_away = False
        for each in silent:
            each.misses += each.pgconn.backend_pid not in at_work


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that gives up once nothing can be expected of it any more."""

    watch: Watch | None = None
    is_pooled = False
    """Whether a pooler stands between: the server's process is another one for each transaction."""
    misses = 0
    """Looks in which the server was not at work for it."""

    def wait(
        self, gen: Generator[Any, Any, T], interval: float = INTERVAL, timeout: float | None = None
    ) -> T:
        """Waits as the driver does. Raises NoAnswer, and closes the connection, if there will be no
        answer."""
        watch = self.watch
        if watch is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        if watch.is_away:
            raise self._given_up()
        try:
            return super().wait(gen, interval, watch.timeouts.answer)
        except _WaitTimeout:
            # Only who is silent is looked after: a look at each statement takes a third of its time here.
            return super().wait(self._watched(gen, watch), interval)

    def _watched(self, gen: Generator[Any, Any, T], watch: Watch) -> Generator[Any, Any, T]:
        since = monotonic()
        # Through a pooler the server has no time-out of ours for what is read outside of transactions.
        is_limited = self.is_pooled and watch.timeouts.statement > 0
        limit = watch.timeouts.statement - watch.timeouts.answer if is_limited else inf
        self.misses = 0
        watch.join(self)
        try:
            state = gen.send(READY_NONE)
            while True:
                ready = yield state
                waited = monotonic() - since
                if ready:
                    since += waited
                elif watch.is_away or self.misses >= MISSES or waited > limit:
                    raise self._given_up()
                state = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            watch.leave(self)

    def _given_up(self) -> NoAnswer:
        self.pgconn.finish()
        return NoAnswer("the database does not answer")


class _Probe(psycopg.Connection[Any]):
    """A connection that waits for so many seconds at most."""

    patience: float | None = None

    def wait(
        self, gen: Generator[Any, Any, T], interval: float = INTERVAL, timeout: float | None = None
    ) -> T:
        """Waits; raises ConnectionTimeout."""
        begun = monotonic()
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if self.patience is not None and monotonic() - begun >= self.patience:
                raise NoAnswer("the database does not answer") from error
            raise
