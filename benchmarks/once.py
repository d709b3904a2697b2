"""What is not asked over and over: the first poll after a talk, and an erasure, with who waits meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import orjson

from benchmarks.seed import BENCH, CONCEPT, ELSEWHERE, TOKEN, conversation
from benchmarks.servers import Server
from benchmarks.subjects import HOST, READINESS, read

TALKS, ERASED = 20, 3
"""Polls after a talk; conversations of a customer who is erased."""
PAUSE = 0.005


class Waits(NamedTuple):
    """How long an erasure took, and the longest wait of a writer and of a poll meanwhile, in milliseconds."""

    erasure: float
    writer: float
    poll: float


def first_poll(service: Server) -> float:
    """The median of first polls, each after a talk that the concept's team has had, in milliseconds."""
    return median(_first_polls(service))


def _first_polls(service: Server) -> Iterator[float]:
    for n in range(TALKS):
        _post(service, "/v1/conversations", conversation(n, f"{BENCH}-c{n % 12}", BENCH, f"pm-{CONCEPT}", 0))
        yield _milliseconds(lambda: read(service, READINESS))


def erasure(service: Server) -> Waits:
    """A customer of a few conversations is erased, while others poll and record."""
    customer = {"key": "leaving", "portfolio": BENCH, "name": "Leaving", "segment": "smb"}
    _post(service, "/v1/customers", {**customer, "relationship": "prospect"})
    for n in range(ERASED):
        _post(service, "/v1/conversations", conversation(n, "leaving", BENCH, f"pm-{CONCEPT}", 0))
    writes, polls = list[float](), list[float]()
    talk = conversation(0, ELSEWHERE)
    with (
        _going_on(lambda: _post(service, "/v1/conversations", talk), writes),
        _going_on(lambda: read(service, READINESS), polls),
    ):
        path, reason = "/v1/customers/leaving/erase", {"reason": "Asked for by letter"}
        took = _milliseconds(lambda: _post(service, path, reason))
    return Waits(took, max(writes, default=0.0), max(polls, default=0.0))


@contextmanager
def _going_on(act: Callable[[], object], waits: list[float]) -> Iterator[None]:
    """Does it again and again meanwhile; `waits` will have how long each took."""
    ends = Event()

    def repeat() -> None:
        while not ends.is_set():
            waits.append(_milliseconds(act))
            sleep(PAUSE)

    thread = Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def _milliseconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1e3


def _post(service: Server, path: str, body: dict[str, Any]) -> None:
    headers = {**HOST, "Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{service.port}{path}"
    with urlopen(Request(address, orjson.dumps(body), headers), timeout=600) as answer:
        answer.read()
