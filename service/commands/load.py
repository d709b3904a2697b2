"""A small HTTP/1.1 load generator: keep-alive connections, one request at a time on each."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple

import orjson

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Load(NamedTuple):
    """What was measured: answers, the same a second, and the median and 99th percentile in milliseconds."""

    answers: int
    rate: float
    median: float
    p99: float


class Unexpected(Exception):
    """An answer with another status than was expected; the text has its first bytes."""


def request(method: str, path: str, body: object = None, token: str | None = None, **headers: str) -> bytes:
    """A request as bytes. Underscores in the names of headers are dashes."""
    content = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if content or method != "GET":
        lines += [f"Content-Length: {len(content)}", "Content-Type: application/json"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def same(what: bytes, connections: int) -> Sequence[Iterable[bytes]]:
    """The same request over and over, on so many connections."""
    return [repeat(what) for _ in range(connections)]


def run(port: int, requests: Sequence[Iterable[bytes]], expected: Iterable[int], seconds: float) -> Load:
    """Send each connection's requests until they or the seconds run out. Any other status is Unexpected."""
    return asyncio.run(_run(port, requests, frozenset(expected), seconds))


async def _run(
    port: int, requests: Sequence[Iterable[bytes]], expected: frozenset[int], seconds: float
) -> Load:
    times: list[float] = []
    start = perf_counter()
    ends = start + seconds
    await asyncio.gather(*(_connection(port, each, expected, ends, times) for each in requests))
    elapsed = perf_counter() - start
    cuts = quantiles(times, n=100) if len(times) > 1 else [*times, 0.0] * 99
    return Load(len(times), len(times) / elapsed, cuts[49] * 1000, cuts[98] * 1000)


async def _connection(
    port: int, requests: Iterable[bytes], expected: frozenset[int], ends: float, times: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for each in requests:
            began = perf_counter()
            if began >= ends:
                return
            writer.write(each)
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            body = await reader.readexactly(int(found.group(1)) if found else 0)
            if int(head[9:12]) not in expected:
                raise Unexpected(f"expected {sorted(expected)}: {head[:15]!r} {body[:300]!r}")
            times.append(perf_counter() - began)
    finally:
        writer.close()
