"""`python -m benchmarks.shares`: what part of recording a conversation is encryption, in process time."""

from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from benchmarks.seed import ELSEWHERE, conversation, seed
from benchmarks.servers import KEY, KEYRING
from schemas.conversation import ConversationIn
from service.clock import now
from service.store.engine import Database
from service.store.keyring import Envelope, Keyring
from service.usecases.bootstrap import ADMIN
from service.usecases.conversations import record_conversation
from service.usecases.work import Caller

TALKS, ROUNDS = 300, 5


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
    """Print microseconds for each conversation, and the share."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'gateproof.db'}"
        seed(url)
        noting = Noting()
        _record(url, noting)
        whole = min(_timed(lambda: _record(url, KEYRING)) for _ in range(ROUNDS))
        sealing = min(_timed(lambda: _again(KEYRING.seal, noting.sealed)) for _ in range(ROUNDS))
        opening = min(_timed(lambda: _again(KEYRING.open, noting.opened)) for _ in range(ROUNDS))
    each = 1e6 / TALKS
    print(f"recording a conversation   {whole * each:7.0f} microseconds of process time")
    print(f"sealing its words          {sealing * each:7.1f}   {sealing / whole:6.1%}")
    print(f"opening them for the answer{opening * each:7.1f}   {opening / whole:6.1%}")
    return 0


def _record(url: str, keyring: Keyring) -> None:
    db = Database(url, keyring)
    caller = Caller(ADMIN, now)
    for n in range(TALKS):
        record_conversation(db, caller, ConversationIn(**conversation(n, ELSEWHERE)))
    db.close()


def _again(do: Callable[..., Any], asked: list[Any]) -> None:
    for each in asked:
        do(*each)


def _timed(do: Callable[[], None]) -> float:
    began = process_time()
    do()
    return process_time() - began


if __name__ == "__main__":
    raise SystemExit(main())
