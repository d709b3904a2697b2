"""Another process that commits events at a steady rate, beside the load on the first core.

Each is an event of a conversation that nobody cites, appended to the portfolio's chain in a transaction of
its own, durably. `python -m benchmarks.meanwhile URL` reads lines: `RATE PORTFOLIO` begins, an empty one
ends and is answered with how many a second there were.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import perf_counter, sleep
from typing import IO

from benchmarks.servers import KEYRING, LOAD, PATIENCE, pin
from service.clock import now
from service.domain.record.conversation import ConversationRecorded
from service.store.log import chains
from service.store.sql.engine import Database
from service.store.sql.ids import new_id
from service.usecases.operations.bootstrap import ADMIN

ENOUGH = 0.9
TALK = ConversationRecorded(
    revision=1,
    kind="interview",
    held_at=now(),
    minutes=30,
    words=300,
    customer="somebody",
    segment="smb",
    relationship="prospect",
    participants=("p1",),
    colleagues=False,
    attendees=(),
    conducted_by="own_team",
    solution_shown=False,
    quotes=0,
    themes=(),
    commitments=(),
    past_spend=False,
    consent="quote_internally",
    commitment="",
)
"""Of no team of a measured concept: nobody's verdict reads it."""


class Committer:
    """The process from outside. `fell_short`: rates that were asked for and not reached."""

    def __init__(self, to: IO[str], back: IO[str]) -> None:
        self._to, self._back = to, back
        self.fell_short: dict[int, float] = {}

    @contextmanager
    def at(self, rate: int, portfolio: str) -> Iterator[None]:
        """Commits so many a second meanwhile."""
        self._say(f"{rate} {portfolio}")
        yield
        self._say("")
        reached = float(self._back.readline())
        if reached < rate * ENOUGH:
            self.fell_short[rate] = reached

    def _say(self, line: str) -> None:
        self._to.write(f"{line}\n")
        self._to.flush()


@contextmanager
def committer(url: str) -> Iterator[Committer]:
    """The process, ended afterwards."""
    command = [sys.executable, "-m", "benchmarks.meanwhile", url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pin(process.pid, LOAD)
        process.stdout.readline()
        yield Committer(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.wait(PATIENCE)


def main(url: str) -> None:
    """The process from inside."""
    db = Database(url, KEYRING)
    print("ready", flush=True)
    for line in sys.stdin:
        rate, portfolio = line.split()
        ends, reached = Event(), [0.0]
        committing = Thread(target=_commit, args=(db, portfolio, int(rate), ends, reached))
        committing.start()
        sys.stdin.readline()
        ends.set()
        committing.join()
        print(reached[0], flush=True)
    db.close()


def _commit(db: Database, portfolio: str, rate: int, ends: Event, reached: list[float]) -> None:
    began, done = perf_counter(), 0
    while not ends.is_set():
        with db.writing() as tx:
            chain = chains.lock(tx, portfolio, now)
            assert chain is not None
            chain.append(TALK, new_id("cnv", chain.now), ADMIN)
        done += 1
        sleep(max(0.0, began + done / rate - perf_counter()))
    reached[0] = done / (perf_counter() - began)


if __name__ == "__main__":
    main(sys.argv[1])
