"""What the service does now and again while it runs: it appends heads of the log to a file, and deletes
idempotency keys that are past their day, and makes sketches of summaries that have none."""

import logging
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from anyio import sleep, to_thread

from service.clock import Clock
from service.delivery.faults import fault_summary
from service.store.log import idempotency
from service.store.sql.engine import Database
from service.usecases.audit.head import head
from service.usecases.evidence.near_copies import sketch_some

log = logging.getLogger("gateproof")

Background = Callable[[], Coroutine[Any, Any, None]]
"""A task beside the requests, for as long as the service runs."""
SECONDS = 600.0
BATCH = 500
"""Keys forgotten at a time: how long another writer waits."""


def append_head(db: Database, clock: Clock, path: Path) -> None:
    """Appends a head as one line. It is on the disk when this returns."""
    line = head(db, clock).model_dump_json()
    with path.open("a") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def appending(db: Database, clock: Clock, path: Path, seconds: float) -> Background:
    """Returns the task that appends a head at once and every `seconds`."""

    def append() -> bool:
        append_head(db, clock, path)
        return False

    return _repeating(append, seconds, "the head of the log was not exported")


def forgetting_keys(db: Database, clock: Clock, seconds: float = SECONDS) -> Background:
    """Returns the task that deletes expired keys, at once and every `seconds`. Writers come between."""

    def forget() -> bool:
        with db.writing() as tx:
            return idempotency.purge(tx, clock(), BATCH) == BATCH

    return _repeating(forget, seconds, "expired idempotency keys were not deleted")


def sketching(db: Database, seconds: float = SECONDS) -> Background:
    """Returns the task that makes the sketches of summaries that have none, at once and every `seconds`."""
    return _repeating(lambda: sketch_some(db), seconds, "sketches of summaries were not made")


def _repeating(use: Callable[[], bool], seconds: float, fault: str) -> Background:
    """Returns the task that calls `use` in a thread, at once and every `seconds`, and again while it returns
    True. A failure is logged and the service goes on: gates matter more."""

    def attempt() -> bool:
        try:
            return use()
        except Exception as error:
            log.error("%s: %s", fault, fault_summary(error))
            return False

    async def run() -> None:
        while True:
            while await to_thread.run_sync(attempt):
                pass
            await sleep(seconds)

    return run
