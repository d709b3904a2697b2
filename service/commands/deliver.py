"""gateproof deliver: a worker alone, beside those of `serve`, or instead of them."""

import signal
import sys

import anyio

from service.clock import now
from service.commands.opening import migrated_database
from service.delivery.worker import Worker
from service.logs import configure_logging
from service.settings import from_environment


def deliver() -> int:
    """Follow the logs and send what is due, until SIGINT or SIGTERM."""
    settings = from_environment()
    configure_logging(settings.observability.format)
    with migrated_database(at_length=False) as db:
        sys.stdout.write("Delivering. Ctrl-C stops it; nothing is lost.\n")
        sys.stdout.flush()
        anyio.run(_until_stopped, Worker(db, now, settings.targets, settings.public_url or ""))
    return 0


async def _until_stopped(worker: Worker) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(worker.run)
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                tasks.cancel_scope.cancel()
                return
