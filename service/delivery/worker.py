"""A worker: follows the logs, and sends what is due. Any number of them on PostgreSQL; on SQLite one sends.

Nothing is sent inside a transaction. A worker that is killed loses nothing: the deliveries that it had leased
are due again when their lease ends, under the same id.
"""

import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from secrets import token_hex
from time import monotonic
from typing import Any

from anyio import CancelScope, Event, create_task_group, move_on_after, sleep, to_thread
from anyio.abc import TaskGroup
from httpx2 import AsyncClient

from service.clock import Clock
from service.delivery.faults import fault_summary
from service.delivery.sending import SECONDS, DeliveryAnswer, open_client, send, signed, wait_of
from service.delivery.targets import Targets
from service.store.sql.engine import Database
from service.usecases.notify.delivery_leases import (
    DeliveryResult,
    DeliveryWorker,
    LeasedDelivery,
    end_worker,
    exchange,
    is_due,
    purge_notices,
)
from service.usecases.notify.projector import follow_all, subscribe_new

log = logging.getLogger("gateproof")

POLL = 1.0
"""Seconds between looks at the log, and at what is due."""
SLOTS, SLOTS_OF_ONE = 64, 16
"""Limits of attempts at once: of all webhooks, and of one, so that a slow one keeps no other waiting."""
LEASE = timedelta(seconds=4 * SECONDS)
FORGET_EVERY = 3600.0


class Worker:
    """One worker. `run` is its task beside a service."""

    def __init__(
        self, db: Database, clock: Clock, targets: Targets, public_url: str = "", lease: timedelta = LEASE
    ) -> None:
        self.db, self.clock, self.targets = db, clock, targets
        self.identity = DeliveryWorker(token_hex(8), lease, public_url)
        self.results: list[DeliveryResult] = []
        self.under_way: Counter[str] = Counter()
        self.news = Event()

    async def run(self) -> None:
        """Follows the logs and delivers until it is cancelled."""
        try:
            async with open_client() as client, create_task_group() as tasks:
                tasks.start_soon(self._follow)
                while True:
                    if not await self._turn(client, tasks):
                        await self._rest()
        finally:
            with CancelScope(shield=True):
                await self._leave()

    async def run_until_idle(self) -> None:
        """Delivers until nothing is due, and the result of every attempt is recorded."""
        async with open_client() as client, create_task_group() as tasks:
            await self._look()
            while True:
                if await self._turn(client, tasks):
                    continue
                if not self.under_way and not self.results:
                    await self._leave()
                    return
                await self._rest()

    async def _turn(self, client: AsyncClient, tasks: TaskGroup) -> bool:
        """Records results and starts what is due; returns True if there was anything to do."""
        self.news = Event()
        room = SLOTS - self.under_way.total()
        try:
            if not self.results and not (room and await self._run(is_due, self.clock())):
                return False
            results, self.results = self.results, []
            busy = [webhook for webhook, count in self.under_way.items() if count >= SLOTS_OF_ONE]
            try:
                jobs = await self._run(
                    exchange, self.clock, self.identity, results, min(room, SLOTS_OF_ONE), busy
                )
            except BaseException:
                self.results = [*results, *self.results]
                raise
        except Exception as error:
            # Results are recorded later; leased deliveries are due again when the lease ends.
            log.error("deliveries were not noted: %s", fault_summary(error))
            await sleep(POLL)
            return True
        for job in jobs:
            self.under_way[job.webhook] += 1
            tasks.start_soon(self._try, client, job)
        return bool(results or jobs)

    async def _try(self, client: AsyncClient, job: LeasedDelivery) -> None:
        at = self.clock()
        try:
            headers = signed(job.notice, job.secrets, job.body, at)
            answer = await send(client, self.targets, job.url, headers, job.body)
        except Exception as error:
            # Whatever is odd about one delivery ends neither the worker nor the service beside it.
            log.error("a delivery could not be tried: %s", fault_summary(error))
            answer = DeliveryAnswer(None, "connection-failed", timedelta())
        wait = wait_of(answer.retry_after, at)
        jitter = random.random()  # noqa: S311 - to spread load, not to keep a secret
        result = DeliveryResult(job, at, answer.took, answer.status, answer.error, wait, jitter)
        self.results.append(result)
        self.under_way[job.webhook] -= 1
        if not self.under_way[job.webhook]:
            del self.under_way[job.webhook]
        self.news.set()

    async def _leave(self) -> None:
        try:
            await self._run(exchange, self.clock, self.identity, self.results, 0, ())
            await self._run(end_worker, self.identity)
        except Exception as error:
            log.error("the last deliveries were not noted: %s", fault_summary(error))

    async def _rest(self) -> None:
        """Waits until an attempt ended, or it is time to look again."""
        with move_on_after(POLL):
            await self.news.wait()

    async def _follow(self) -> None:
        last_purge = 0.0
        while True:
            try:
                if await self._look():
                    self.news.set()
                if monotonic() - last_purge > FORGET_EVERY:
                    last_purge = monotonic()
                    while await self._run(purge_notices, self.clock()):
                        pass
            except Exception as error:
                log.error("the log was not followed: %s", fault_summary(error))
            await sleep(POLL)

    async def _look(self) -> bool:
        await self._run(subscribe_new, self.clock())
        return bool(await self._run(follow_all, self.clock))

    async def _run(self, use: Callable[..., Any], *arguments: Any) -> Any:
        return await to_thread.run_sync(partial(use, self.db, *arguments))
