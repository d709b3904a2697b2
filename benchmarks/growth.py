"""`make bench-growth`: a million conversations and a hundred thousand concepts, beside a hundredth of it."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from benchmarks import bars, once, report, subjects
from benchmarks.__main__ import log
from benchmarks.bars import Bar, Limit
from benchmarks.generators import generator
from benchmarks.rounds import Course, Subject
from benchmarks.seed import Sizes, World, seed
from benchmarks.servers import Server, gateproof, pin

LARGE, HUNDREDTH = 100_000, 1_000
"""Concepts, each with twelve conversations and twelve citations."""
KEYS, NAMES = 1_000, 8
"""Concepts that are asked for, by so many names: more answers than a process keeps, at either size."""
KEPT = report.KEPT / "growth.json"
MEMORY = Limit("resident memory with the million, MB", 250)
STARTED = Limit("start to the first verdict with the million, s", 2)
FIRST_POLL = Limit("first poll after a talk with the million, of a hundredth's", 1.5)
WRITER = Limit("a writer waits while the million's customer is erased, ms", 100)
POLL = Limit("a poll waits while the million's customer is erased, ms", 100)


class Sized(NamedTuple):
    """A database of some size, and the service on it."""

    name: str
    service: Server
    world: World
    first_verdict: float
    """Seconds from the process's start."""


def main() -> int:
    """Print a table, and a line for each bar; keep both."""
    parser = ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--concepts", type=int, default=LARGE)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1)
    options = parser.parse_args()
    pin(0)
    name, load = generator()
    course = Course(load, options.seconds, options.rounds)
    with TemporaryDirectory(prefix="gateproof-growth-") as folder, ExitStack() as stack:
        small = _sized(stack, Path(folder), "a hundredth", options.concepts // 100)
        large = _sized(stack, Path(folder), "the million", options.concepts)
        results = course.run([*_subjects(small), *_subjects(large)], log)
        first_polls = [once.first_poll(each.service) for each in (small, large)]
        log("erasing")
        erasures = [once.erasure(each.service) for each in (small, large)]
        resident = large.service.resident()
        size = (Path(folder) / f"{large.name}.db").stat().st_size
    log("")
    report.table(results)
    print(f"\n{options.concepts:,} concepts, {options.concepts * 12:,} conversations: {size / 1e9:.1f} GB.")
    judged = [bars.judge(results, bar) for bar in _bars(small, large)]
    judged += [bars.hold(MEMORY, resident), bars.hold(STARTED, large.first_verdict)]
    judged += [
        bars.hold(FIRST_POLL, first_polls[1] / first_polls[0]),
        bars.hold(WRITER, erasures[1].writer),
        bars.hold(POLL, erasures[1].poll),
    ]
    for sized, polled, waits in zip((small, large), first_polls, erasures, strict=True):
        print(
            f"{sized.name}: first poll after a talk {polled:.1f} ms; an erasure {waits.erasure:.0f} ms,"
            f" a writer waited {waits.writer:.0f} and a poll {waits.poll:.0f} ms at most"
        )
    report.verdicts(judged)
    copyfile(report.keep("growth", course, name, results, judged, []), KEPT)
    return 0


def _sized(stack: ExitStack, folder: Path, name: str, concepts: int) -> Sized:
    log(f"making {name}")
    began = perf_counter()
    url = f"sqlite:///{folder / name}.db"
    world = seed(url, Sizes(concepts))
    print(f"{name}: {concepts:,} concepts made in {perf_counter() - began:.0f} s")
    before = perf_counter()
    service = stack.enter_context(gateproof(url))
    subjects.read(service, subjects.READINESS)
    return Sized(name, service, world, perf_counter() - before)


def _subjects(sized: Sized) -> list[Subject]:
    keys = _spread(sized.world.alike)
    chosen = [
        Subject(bars.WARM, sized.service, subjects.warm()),
        Subject(bars.COLD, sized.service, subjects.cold(keys, names=NAMES)),
        Subject(bars.READ_ANEW, sized.service, subjects.read_anew(sized.service, keys)),
        subjects.events(sized.service),
    ]
    return [each._replace(name=bars.on(sized.name, each.name)) for each in chosen]


def _spread(keys: Sequence[str]) -> Sequence[str]:
    """So many of them, from the first to the last."""
    return keys[:: max(1, len(keys) // KEYS)]


def _bars(small: Sized, large: Sized) -> list[Bar]:
    """Cold ones by several names: of a hundredth a process would keep every answer else."""
    wanted = ((bars.WARM, 0.95), (bars.COLD, 0.90), (bars.EVENTS, 0.90))
    return [Bar(bars.on(large.name, what), bars.on(small.name, what), bar) for what, bar in wanted]


if __name__ == "__main__":
    sys.exit(main())
