"""`make bench`: the service beside its floors, in one run on one machine, as ratios."""

import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import bars, plots, report, subjects, workers
from benchmarks.generators import generator
from benchmarks.meanwhile import Committer, committer
from benchmarks.postgresql import INSTALLED, Postgres, installed, wheel
from benchmarks.rounds import Course, Results, Subject
from benchmarks.seed import ELSEWHERE, Sizes, World, conversation, seed
from benchmarks.servers import Server, floor, gateproof, pin

ROUNDS, SECONDS = 5, 1
HEAVY, FULL, ELSEWHERE_ALIKE = 1_200, 2_000, 6_000
"""Concepts with 200 citations; with twelve criteria; on PostgreSQL, concepts like the measured one."""


class Run(NamedTuple):
    """What is running, and what is measured on it."""

    service: Server
    committing: Committer
    subjects: list[Subject]
    elsewhere: World | None
    """What there is on PostgreSQL, where there is one."""


def main() -> int:
    """Print a table, and a line for each bar; keep both."""
    options = _parser().parse_args()
    pin(0)
    name, load = generator(options.generator)
    course = Course(load, options.seconds, options.rounds)
    with TemporaryDirectory(prefix="gateproof-bench-") as folder, ExitStack() as stack:
        databases = [] if options.sqlite_only else _databases(stack)
        run = _prepare(stack, Path(folder), course, databases)
        chosen = [each for each in run.subjects if options.only in each.name]
        results, middle = _measure(course, run.service, chosen)
        notes = [f"The document has {(Path(folder) / 'readiness.json').stat().st_size:,} bytes."]
        notes += _fell_short(run.committing)
        memory = run.service.resident()
        if run.elsewhere is not None and not options.only:
            measured, costs = workers.compare(course, databases[0], run.elsewhere.alike, log)
            results |= measured
            notes += workers.say(databases[0].name, measured, costs)
    log("")
    report.table(results)
    print("", *notes, sep="\n")
    if options.only:
        return 0
    judged = [bars.judge(results, bar) for bar in bars.bars_of([each.name for each in databases])]
    judged += [
        bars.hold(bars.TAIL, results[bars.RECORD].tail),
        bars.hold(bars.MEMORY, memory),
        bars.hold(bars.GROWN, memory - middle),
        bars.hold(bars.START, run.service.seconds_to_start),
    ]
    report.verdicts(judged)
    path = report.keep("bench", course, name, results, judged, notes)
    copyfile(path, report.LATEST)
    plots.bars(report.LATEST)
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long a round is")
    parser.add_argument("--only", default="", metavar="TEXT", help="only what has this in its name; no bars")
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--generator", choices=("wrk", "own"))
    return parser


def _databases(stack: ExitStack) -> list[Postgres]:
    databases = [stack.enter_context(wheel())]
    if (INSTALLED / "pg_ctl").exists():
        databases.append(stack.enter_context(installed()))
    return databases


def _prepare(stack: ExitStack, folder: Path, course: Course, databases: list[Postgres]) -> Run:
    """Databases, servers and subjects."""
    log("making a database of ten thousand concepts")
    url = f"sqlite:///{folder / 'gateproof.db'}"
    world = seed(url, Sizes(10_000, (course.rounds + 1) * subjects.ADVANCING, HEAVY, FULL))
    service = stack.enter_context(gateproof(url))
    _keep_answers(service, folder)
    floors = {kind: stack.enter_context(floor(kind, folder)) for kind in "UFPV"}
    committing = stack.enter_context(committer(url))
    prepared = [
        *subjects.floors(floors),
        *subjects.polled(service, world),
        *subjects.paged(service),
        *subjects.disturbed(service, committing.at),
        *subjects.storms(service),
        *subjects.written(service, world),
    ]
    elsewhere: World | None = None
    for postgres in databases:
        log(f"making a database on {postgres.name}")
        elsewhere = seed(postgres.url, Sizes(ELSEWHERE_ALIKE))
        beside = stack.enter_context(gateproof(postgres.url))
        prepared += subjects.elsewhere(postgres.name, beside, elsewhere)
    return Run(service, committing, prepared, elsewhere)


def _measure(course: Course, service: Server, chosen: list[Subject]) -> tuple[Results, float]:
    """The rounds, and the service's resident memory after half of them."""
    half, seen = course.rounds // 2 + 1, [0.0]

    def noting(line: str) -> None:
        if line.startswith(f"round {half} ") and not seen[0]:
            seen[0] = service.resident()
        log(line)

    return course.run(chosen, noting), seen[0]


def _keep_answers(service: Server, folder: Path) -> None:
    """The floors answer what the service answered."""
    (folder / "readiness.json").write_bytes(subjects.read(service, subjects.READINESS)[0])
    made = subjects.send(service, conversation(0, ELSEWHERE))
    (folder / "conversation.json").write_bytes(made)


def _fell_short(committing: Committer) -> list[str]:
    return [
        f"Instead of {rate} commits a second the other process reached {reached:.0f}."
        for rate, reached in committing.fell_short.items()
    ]


def log(line: str) -> None:
    """On one line that is written over, for whoever watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{line[:100]}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
