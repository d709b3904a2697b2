"""`python -m benchmarks.near_copies`: the search for near copies among a thousand, ten thousand and a hundred
thousand summaries, on SQLite."""

from collections.abc import Callable
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import Connection, insert

from benchmarks.portfolio import database
from benchmarks.seed import summary
from service.domain.texts.runs import STORED, runs_of
from service.domain.texts.words import words_of
from service.store.words import text_sketches

SIZES = (1_000, 10_000, 100_000)
TIMES, KEY = 300, b"k" * 16
BITS = 63


def main() -> int:
    """Prints the microseconds of each part, at each size."""
    words = [words_of(summary(f"new{n}")).tokens for n in range(TIMES)]
    print(f"{'counting words, 279 of them':40}{_timed(lambda n: words_of(summary(n))):>10.0f} us")
    print(f"{'hashes of their runs':40}{_timed(lambda n: runs_of(words[n], KEY)):>10.0f} us")
    runs = [runs_of(each, KEY) for each in words]
    with TemporaryDirectory(prefix="gateproof-copies-") as folder, database(f"sqlite:///{folder}/c.db") as db:
        for first, size in zip((0, *SIZES), SIZES, strict=False):
            with db.writing() as tx:
                _fill(tx, first, size)
            with db.reading() as connection:
                spent = _timed(lambda n: text_sketches.find(connection, runs[n], 24))
            print(f"{f'search among {size:,} summaries':40}{spent:>10.0f} us")
    return 0


def _fill(tx: Connection, first: int, size: int) -> None:
    draw = Random(size)
    for start in range(first, size, 500):
        rows = [
            {"hash": draw.getrandbits(BITS) - 2 ** (BITS - 1), "conversation": f"cnv_{talk:026}"}
            for talk in range(start, min(start + 500, size))
            for _ in range(STORED)
        ]
        tx.execute(insert(text_sketches.text_sketches), rows)


def _timed(act: Callable[[int], object]) -> float:
    """The median microseconds of a call, with a number."""
    spent = []
    for n in range(TIMES):
        begun = perf_counter()
        act(n)
        spent.append(perf_counter() - begun)
    return median(spent) * 1e6


if __name__ == "__main__":
    raise SystemExit(main())
