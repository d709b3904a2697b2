"""`python -m benchmarks.profile`: where each microsecond of the warm and of the cold poll goes.

Process time inside one process, the best of some rounds, on SQLite: others, and waiting, are left out. Each
part is run by itself on what the part before made; what is left of the whole is said as the rest.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

from sqlalchemy import Row

from benchmarks.seed import CONCEPT, TOKEN, Sizes, seed
from benchmarks.servers import KEYRING
from schemas.process import Process
from service.api.app import create_app
from service.api.fast.verdict_bytes import written
from service.clock import now
from service.domain.verdict.case import Case
from service.domain.verdict.readiness import verdict
from service.store.derived import snapshots
from service.store.log.log_position import latest_of
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.verdicts.cases import pinned

TIMES, ROUNDS = 300, 5
ALIKE = 5_000
PATH = "/v1/concepts/{key}/readiness"


class Part(NamedTuple):
    """What it is, and microseconds of process time."""

    name: str
    micros: float


def main() -> int:
    """Print a table for each path."""
    with TemporaryDirectory(prefix="gateproof-profile-") as folder:
        url = f"sqlite:///{Path(folder) / 'gateproof.db'}"
        world = seed(url, Sizes(ALIKE))
        with _opened(url) as db:
            etag = asyncio.run(_etag(db))
            whole = asyncio.run(_asked(db, [CONCEPT]))
            known = asyncio.run(_asked(db, [CONCEPT], (b"if-none-match", etag)))
            # So many others in turn that nothing is kept of them.
            anew = asyncio.run(_asked(db, list(world.alike)))
            parts = list(_parts(db, list(world.alike)))
        warm = parts[:1]
        _table("An unchanged poll (304)", known, warm)
        _table("A warm verdict (200)", whole, warm)
        _table("A cold verdict (200)", anew, parts)
    return 0


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    db = Database(url, KEYRING)
    yield db
    db.close()


def _parts(db: Database, keys: list[str]) -> Iterator[Part]:
    """In the order of a cold poll, each round over other concepts."""
    rounds = [keys[n * TIMES : (n + 1) * TIMES] for n in range(ROUNDS)]
    with db.reading() as connection:

        def case(row: Row[Any]) -> tuple[Case, Process]:
            by = pinned(db, connection, row)
            snapshot = snapshots.find_case(connection, row, row.last_position)
            if snapshot is None:
                raise LookupError("it was not kept")
            return snapshot.case, by.process

        latest = latest_of(db)
        part, _ = _stage("how far the log is", rounds, lambda key: _at_once(latest(key)))
        yield part
        part, rows = _stage("the concept's row", rounds, lambda key: concepts.on_its_way(connection, key))
        yield part
        part, cases = _stage("the case, as it was kept", rows, case)
        yield part
        part, verdicts = _stage("judging at this instant", cases, lambda case: verdict(*case, now()))
        yield part
        part, _ = _stage("writing it out, with its ETag", verdicts, written)
        yield part


def _at_once(asking: Coroutine[Any, Any, Any]) -> Any:
    """The answer of what waits for nothing."""
    try:
        asking.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


def _stage(name: str, rounds: list[list[Any]], do: Callable[[Any], Any]) -> tuple[Part, list[list[Any]]]:
    """What the best round took of it, and what all of them made."""
    taken, made = [], []
    for each in rounds:
        began = process_time()
        made.append([do(one) for one in each])
        taken.append(process_time() - began)
    return Part(name, min(taken) / TIMES * 1e6), made


async def _asked(db: Database, keys: list[str], *headers: tuple[bytes, bytes]) -> float:
    """Microseconds of a poll inside the application, without the server, of these concepts in turn."""
    app, following = create_app(db, now), cycle(keys)

    async def nothing(*_: Any) -> dict[str, Any]:
        return {}

    async def polls(call: Callable[[str], Awaitable[None]]) -> float:
        began = process_time()
        for _ in range(TIMES):
            await call(next(following))
        return process_time() - began

    async def call(key: str) -> None:
        await app(_scope(key, *headers), nothing, nothing)  # type: ignore[arg-type]

    return min([await polls(call) for _ in range(ROUNDS)]) / TIMES * 1e6


async def _etag(db: Database) -> bytes:
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await create_app(db, now)(_scope(CONCEPT), receive, send)  # type: ignore[arg-type]
    return dict(messages[0]["headers"])[b"etag"]


def _scope(key: str, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    path = PATH.format(key=key)
    all_headers = (b"host", b"localhost"), (b"authorization", f"Bearer {TOKEN}".encode()), *headers
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": list(all_headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }


def _table(title: str, whole: float, parts: list[Part]) -> None:
    print(f"{title:36}{'microseconds':>14}{'share':>8}")
    rest = Part("headers, what is kept: the rest", whole - sum(part.micros for part in parts))
    for part in (*parts, rest):
        print(f"  {part.name:34}{part.micros:14.1f}{part.micros / whole:8.0%}")
    print(f"  {'in the application':34}{whole:14.1f}\n")


if __name__ == "__main__":
    sys.exit(main())
