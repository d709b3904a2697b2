"""A small HTTP/1.1 load generator: keep-alive connections, one request at a time on each."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from statistics import quantiles
from time import perf_counter
from typing import Any, NamedTuple

import orjson

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
WITHOUT_BODY = (204, 304)
PATIENCE = 30
"""Seconds that the last answers may take."""


class Load(NamedTuple):
    """A measurement: answers, the same a second, and the median and 99th percentile in milliseconds."""

    answers: int
    rate: float
    median: float
    p99: float


class Unexpected(Exception):
    """An answer with another status than was expected; the text has its first bytes."""


def request(method: str, path: str, body: object = None, token: str | None = None, **headers: str) -> bytes:
    """Returns a request as bytes. Underscores in the names of headers become dashes."""
    content = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if method != "GET":
        lines += [f"Content-Length: {len(content)}", "Content-Type: application/json"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def same(what: bytes, connections: int) -> Sequence[Iterable[bytes]]:
    """Returns the same request over and over, for so many connections."""
    return [repeat(what) for _ in range(connections)]


def run(port: int, requests: Sequence[Iterable[bytes]], expected: Iterable[int], seconds: float) -> Load:
    """Send each connection's requests until they or the seconds run out. Any other status is Unexpected.

    TimeoutError when answers stop coming.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_run(port, requests, frozenset(expected), seconds))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Returns how to make the loop that the server runs on; None where this system has none."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _run(
    port: int, requests: Sequence[Iterable[bytes]], expected: frozenset[int], seconds: float
) -> Load:
    loop, times = asyncio.get_running_loop(), list[float]()
    start = perf_counter()
    made = [
        _Connection(iter(each), expected, start + seconds, times, loop.create_future()) for each in requests
    ]
    for each in made:
        await loop.create_connection(lambda each=each: each, "127.0.0.1", port)  # type: ignore[misc]
    async with asyncio.timeout(seconds + PATIENCE):
        await asyncio.gather(*(each.done for each in made))
    elapsed = perf_counter() - start
    cuts = quantiles(times, n=100) if len(times) > 1 else [*times, 0.0] * 99
    return Load(len(times), len(times) / elapsed, cuts[49] * 1000, cuts[98] * 1000)


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is whole."""

    def __init__(
        self,
        requests: Iterator[bytes],
        expected: frozenset[int],
        ends: float,
        times: list[float],
        done: asyncio.Future[None],
    ) -> None:
        self.done = done
        self._requests, self._expected, self._ends, self._times = requests, expected, ends, times
        self._answer, self._whole = b"", 0
        """The bytes of the answer so far, and its length; 0 until its head says it."""
        self._began = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._whole:
            self._whole = self._length()
        if not self._whole or len(self._answer) < self._whole:
            return
        self._times.append(perf_counter() - self._began)
        if int(self._answer[9:12]) not in self._expected:
            self._end(Unexpected(f"expected {sorted(self._expected)}: {self._answer[:600]!r}"))
            return
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or Unexpected("the connection was closed"))

    def _length(self) -> int:
        ends = self._answer.find(b"\r\n\r\n")
        if ends < 0:
            return 0
        match = LENGTH.search(self._answer, 0, ends)
        body = 0 if match is None or int(self._answer[9:12]) in WITHOUT_BODY else int(match[1])
        return ends + 4 + body

    def _next(self) -> None:
        self._answer, self._whole = b"", 0
        self._began = perf_counter()
        following = next(self._requests, None) if self._began < self._ends else None
        if following is None:
            self._end()
        else:
            self._transport.write(following)

    def _end(self, error: Exception | None = None) -> None:
        if not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)
        self._transport.close()
