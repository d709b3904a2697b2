"""The queue of writes: a thread writes for all callers, and writes that wait together commit together.

Each write is answered only after the commit that it shares. A refused write rolls back nothing but its
own: most have written nothing by then. Where one has, its whole group is rolled back, and each of its writes
is written alone; the next groups are written with savepoints, since a refused caller often tries again.

On PostgreSQL another process may hold a lock that a write needs: only the first of a group waits for it,
since another would make its whole group wait.
"""

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from service.store.sql.engine import Database
from service.store.sql.faults import Deferred, OutcomeUnknown

R = TypeVar("R")

# A group ends when nobody waits any more, or with one of these.
MOST_WRITES = 64
MOST_SECONDS = 0.02
# SQLite has one writer. On PostgreSQL the second goes on while the first waits for a lock or for the disk.
THREADS = 2
CAREFUL_GROUPS = 100
"""The number of groups that are written with savepoints after one that had to be rolled back."""


class Poisoned(Exception):
    """A whole group has to be rolled back, because of one write."""


class Job(NamedTuple):
    """A write, and the future of whoever waits for it; None: nobody does."""

    use: Callable[[], Any]
    answer: Future[Any] | None
    loop: AbstractEventLoop
    since: float
    """When it began to wait, by the monotonic clock."""


class JobResult(NamedTuple):
    """The value that a write returned, or the exception that it raised."""

    job: Job
    made: Any = None
    error: BaseException | None = None


class Writers:
    """The threads that write; they start with the first write."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._starting = Lock()
        self._careful_groups = 0

    async def write(self, use: Callable[[], R]) -> R:
        """Run what writes in one transaction. Returns after the commit; may raise whatever `use` does."""
        loop = get_running_loop()
        answer: Future[R] = loop.create_future()
        self._start()
        self._waiting.put(Job(use, answer, loop, monotonic()))
        return await answer

    def soon(self, use: Callable[[], Any]) -> None:
        """Run a write that may be lost: nobody waits for it, or learns how it ended."""
        self._start()
        self._waiting.put(Job(use, None, get_running_loop(), monotonic()))

    @property
    def waiting(self) -> int:
        """The number of writes that wait for their turn, about."""
        return self._waiting.qsize()

    def close(self) -> None:
        """End the threads, when all that waits is written."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _start(self) -> None:
        with self._starting:
            if not self._threads:
                count = 1 if self._db.is_sqlite else THREADS
                self._threads = [Thread(target=self._work, name="writer", daemon=True) for _ in range(count)]
                for thread in self._threads:
                    thread.start()

    def _work(self) -> None:
        job = self._waiting.get()
        while job is not None:
            job = self._write_group(job) or self._waiting.get()

    def _write_group(self, first: Job) -> Job | None:
        """Write this one and those that wait. Returns one that has to come first in the next group."""
        begun: list[Job] = []
        self._careful_groups = max(0, self._careful_groups - 1)
        try:
            return self._write_together(self._together_with(first), begun)
        except Poisoned:
            self._db.forget()  # what was made in memory of what they had written is not so
            self._careful_groups = CAREFUL_GROUPS
        for job in begun:
            _settle([self._result(job)])
        return None

    def _write_together(self, jobs: Iterable[Job], begun: list[Job]) -> Job | None:
        """Write these to their commit, and answer their callers; `begun` will have those that were begun.
        Returns one that was deferred: it, and what came after it, was not written. May raise Poisoned: then
        nothing was written, and no caller has an answer."""
        results: list[JobResult] = []
        postponed: Job | None = None
        try:
            with self._db.group_commit(with_savepoints=self._careful_groups > 0) as group:
                for job in jobs:
                    begun.append(job)
                    results.append(self._result(job))
                    if group.is_poisoned:
                        raise Poisoned
                    if isinstance(results[-1].error, Deferred):
                        postponed = begun.pop()
                        results.pop()
                        break
        except Poisoned:
            if len(begun) > 1 or results[0].error is None:
                raise
        except OutcomeUnknown as error:
            self._db.forget()
            # What was refused is refused, whatever became of the others.
            results = [
                each if each.error is not None else JobResult(each.job, error=error) for each in results
            ]
        except BaseException as error:
            # Nothing of it was written, and what was made of it in memory is not so.
            self._db.forget()
            results = [JobResult(job, error=error) for job in begun]
        _settle(results)
        return postponed

    def _result(self, job: Job) -> JobResult:
        try:
            with self._db.waiting_since(job.since):
                return JobResult(job, made=job.use())
        except BaseException as error:
            return JobResult(job, error=error)

    def _together_with(self, first: Job) -> Iterator[Job]:
        """Yields this one and those that wait, until the group is full."""
        ends = monotonic() + MOST_SECONDS
        job: Job | None = first
        for count in range(1, MOST_WRITES + 1):
            if job is None:
                return
            yield job
            job = None if count == MOST_WRITES or monotonic() > ends else self._next()

    def _next(self) -> Job | None:
        try:
            job = self._waiting.get_nowait()
        except Empty:
            return None
        if job is None:
            self._waiting.put(None)
        return job


def _settle(results: Sequence[JobResult]) -> None:
    """Answers all callers that wait, waking each loop once."""
    for loop in {result.job.loop for result in results}:
        of_loop = [result for result in results if result.job.loop is loop]
        with suppress(RuntimeError):  # the loop was closed: nobody waits
            loop.call_soon_threadsafe(_resolve, of_loop)


def _resolve(results: Sequence[JobResult]) -> None:
    for job, made, error in results:
        if job.answer is None or job.answer.done():
            continue  # nobody waits, or went away
        if error is not None:
            job.answer.set_exception(error)
        else:
            job.answer.set_result(made)
