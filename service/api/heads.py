"""Heads of the log, appended to a file: one line each, on a schedule or on request."""

import logging
import os
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from anyio import sleep, to_thread

from service.clock import Clock
from service.delivery.faults import place_of
from service.store.sql.engine import Database
from service.usecases.audit.head import head

log = logging.getLogger("gateproof")


def append_head(db: Database, clock: Clock, path: Path) -> str:
    """Append a head as one line; returns it. It is on the disk when this returns."""
    line = head(db, clock).model_dump_json()
    with path.open("a") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
    return line


def appending(
    db: Database, clock: Clock, path: Path, seconds: float
) -> Callable[[], Coroutine[Any, Any, None]]:
    """Returns a task that appends a head at once and every `seconds`, for as long as the service runs."""

    async def append_now_and_again() -> None:
        while True:
            await to_thread.run_sync(partial(_try, db, clock, path))
            await sleep(seconds)

    return append_now_and_again


def _try(db: Database, clock: Clock, path: Path) -> None:
    """Appends a head. A failure is logged and the service goes on: gates matter more than their export."""
    try:
        append_head(db, clock, path)
    except Exception as error:
        log.error("the head of the log was not exported: %s", place_of(error))
