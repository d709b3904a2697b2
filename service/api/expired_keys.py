"""Idempotency keys that are past their day are deleted now and again while the service runs."""

import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from anyio import sleep, to_thread

from service.clock import Clock
from service.delivery.faults import place_of
from service.store.sql.engine import Database
from service.usecases.operations.expired_keys import forget_expired_keys

log = logging.getLogger("gateproof")

SECONDS = 600.0


def forgetting_keys(
    db: Database, clock: Clock, seconds: float = SECONDS
) -> Callable[[], Coroutine[Any, Any, None]]:
    """Returns a task that deletes them at once and every `seconds` while the service runs, in batches that
    let writers come between."""

    async def forget_now_and_again() -> None:
        while True:
            while await to_thread.run_sync(partial(_try, db, clock)):
                pass
            await sleep(seconds)

    return forget_now_and_again


def _try(db: Database, clock: Clock) -> bool:
    try:
        return forget_expired_keys(db, clock())
    except Exception as error:
        log.error("expired idempotency keys were not deleted: %s", place_of(error))
        return False
