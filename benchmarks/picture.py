"""`make bench-plots`: throughput, median and 99th percentile over 1 to 256 connections, on both databases."""

import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from benchmarks import bars, plots, report, subjects
from benchmarks.__main__ import log
from benchmarks.asking import Ask
from benchmarks.generators import Generator, generator
from benchmarks.postgresql import wheel
from benchmarks.rounds import Subject
from benchmarks.seed import Sizes, World, seed
from benchmarks.servers import Server, gateproof, pin
from service.clock import now

CONNECTIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SECONDS, ALIKE = 1, 5_000
WIDE = 100_000
"""More numbers than a point uses."""
KEPT = report.KEPT / "load.json"


def main() -> int:
    """Measure, keep it as JSON, and draw it and the latest run of all bars."""
    pin(0)
    name, load = generator()
    results = {}
    with TemporaryDirectory(prefix="gateproof-picture-") as folder, ExitStack() as stack:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'gateproof.db'}"}
        urls["PostgreSQL 18"] = stack.enter_context(wheel()).url
        for database, url in urls.items():
            log(f"making a database on {database}")
            world = seed(url, Sizes(ALIKE))
            with gateproof(url) as service:
                results[database] = {each.name: _curve(load, each) for each in _subjects(service, world)}
    log("")
    about = {"at": now().isoformat(timespec="seconds"), "machine": report.machine(), "generator": name}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_bytes(orjson.dumps({**about, "databases": results}, option=orjson.OPT_INDENT_2))
    plots.load(KEPT)
    if report.LATEST.exists():
        plots.bars(report.LATEST)
    return 0


def _subjects(service: Server, world: World) -> list[Subject]:
    return [
        Subject(bars.UNCHANGED, service, subjects.unchanged(service)),
        Subject(bars.WARM, service, subjects.warm()),
        Subject(bars.COLD, service, subjects.cold(world.alike)),
        Subject(bars.RECORD, service, subjects.recorded()),
    ]


def _curve(load: Generator, subject: Subject) -> list[dict[str, float]]:
    """A point for each number of connections."""
    ask, number, points = subject.ask, 0, []
    assert isinstance(ask, Ask)
    load(subject.server.port, ask, number, SECONDS, CONNECTIONS[3])
    for connections in CONNECTIONS:
        log(f"{subject.name}: {connections} connections")
        number += WIDE
        measured = load(subject.server.port, ask, number, SECONDS, connections)
        points.append({"connections": connections, **measured._asdict()})
    return points


if __name__ == "__main__":
    sys.exit(main())
