"""What is sent: one request over and over, or a template of which each request fills the gaps."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

Columns = tuple[str, ...]
NUMBER = b"@n@"


class Ask(NamedTuple):
    """A whole HTTP request, and the statuses that are right.

    `@n@` in it is a running number of eight digits; `@1@`, `@2@` are the columns of the value at that number,
    around and around. A value is as long as any other of its column.
    """

    template: bytes
    statuses: tuple[int, ...] = (200,)
    values: Sequence[Columns] = ()

    @property
    def varies(self) -> bool:
        """Whether a request differs from the one before."""
        return NUMBER in self.template or bool(self.values)

    def at(self, n: int) -> bytes:
        """The request with this number."""
        filled = self.template.replace(NUMBER, b"%08d" % n)
        if self.values:
            for column, value in enumerate(self.values[n % len(self.values)], start=1):
                filled = filled.replace(b"@%d@" % column, value.encode())
        return filled


def sized(request: bytes, gaps: dict[bytes, int]) -> bytes:
    """The request, its Content-Length as it is once each gap has so many characters more or less."""
    head, body = request.split(b"\r\n\r\n", 1)
    grown = sum(body.count(gap) * (length - len(gap)) for gap, length in gaps.items())
    length_header = b"Content-Length: %d" % len(body)
    return head.replace(length_header, b"Content-Length: %d" % (len(body) + grown)) + b"\r\n\r\n" + body


def by_connection(ask: Ask, first: int, connections: int) -> Sequence[Iterator[bytes]]:
    """The requests from a number on; each connection takes the next that nobody took."""
    numbers = count(first)
    return [(ask.at(n) for n in _drawn(numbers)) for _ in range(connections)]


def _drawn(numbers: Iterator[int]) -> Iterator[int]:
    while True:
        yield next(numbers)
