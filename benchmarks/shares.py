"""`python -m benchmarks.shares`: of recording a conversation the share of encryption, and of a poll that of
the token's check, in process time."""

import asyncio
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from benchmarks.seed import CONCEPT, ELSEWHERE, TOKEN, Sizes, conversation, seed
from benchmarks.servers import KEY, KEYRING
from schemas.conversation import ConversationIn
from service.api.app import create_app
from service.clock import now
from service.store.sql.engine import Database
from service.store.sql.keyring import Envelope, Keyring
from service.usecases.access import holder_of
from service.usecases.evidence.conversations import record_conversation
from service.usecases.operations.bootstrap import ADMIN
from service.usecases.unit_of_work import Caller

TALKS, POLLS, ROUNDS = 300, 2000, 5


class Noting(Keyring):
    """Remembers what it was asked to do, so that the same can be done again alone."""

    def __init__(self) -> None:
        super().__init__([b64decode(KEY)])
        self.sealed: list[tuple[str, bytes]] = []
        self.opened: list[tuple[str, Envelope]] = []

    def seal(self, record: str, plain: bytes) -> Envelope:
        self.sealed.append((record, plain))
        return super().seal(record, plain)

    def open(self, record: str, envelope: Envelope) -> bytes:
        self.opened.append((record, envelope))
        return super().open(record, envelope)


def main() -> int:
    """Print microseconds for each, and the shares."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'gateproof.db'}"
        seed(url, Sizes(0))
        noting = Noting()
        _record(url, noting)
        whole = min(_timed(lambda: _record(url, KEYRING)) for _ in range(ROUNDS))
        sealing = min(_timed(lambda: _again(KEYRING.seal, noting.sealed)) for _ in range(ROUNDS))
        opening = min(_timed(lambda: _again(KEYRING.open, noting.opened)) for _ in range(ROUNDS))
        polling, checking = asyncio.run(_polls(url))
    each = 1e6 / TALKS
    print(f"recording a conversation   {whole * each:7.0f} microseconds of process time")
    print(f"sealing its words          {sealing * each:7.1f}   {sealing / whole:6.1%}")
    print(f"opening them for the answer{opening * each:7.1f}   {opening / whole:6.1%}")
    print(f"a poll, without the server {polling:7.0f}")
    print(f"checking its token         {checking:7.1f}   {checking / polling:6.1%}")
    return 0


async def _polls(url: str) -> tuple[float, float]:
    """Microseconds of an unchanged concept's poll inside the application, and of its token's check."""
    db = Database(url, KEYRING)
    app = create_app(db, now)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"/v1/concepts/{CONCEPT}/readiness",
        "raw_path": b"",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"authorization", f"Bearer {TOKEN}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }

    async def nothing(*_: Any) -> dict[str, Any]:
        return {}

    async def poll() -> float:
        began = process_time()
        for _ in range(POLLS):
            await app(dict(scope), nothing, nothing)  # type: ignore[arg-type]
        return process_time() - began

    polling = min([await poll() for _ in range(ROUNDS)])
    instant = now()
    check = lambda: [holder_of(db, TOKEN, instant) for _ in range(POLLS)]  # noqa: E731
    checking = min(_timed(check) for _ in range(ROUNDS))
    db.close()
    return polling / POLLS * 1e6, checking / POLLS * 1e6


def _record(url: str, keyring: Keyring) -> None:
    db = Database(url, keyring)
    caller = Caller(ADMIN, now)
    for n in range(TALKS):
        record_conversation(db, caller, ConversationIn(**conversation(n, ELSEWHERE)))
    db.close()


def _again(do: Callable[..., Any], asked: list[Any]) -> None:
    for each in asked:
        do(*each)


def _timed(do: Callable[[], Any]) -> float:
    began = process_time()
    do()
    return process_time() - began


if __name__ == "__main__":
    raise SystemExit(main())
