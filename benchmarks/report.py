"""What a run found: printed as a table, and kept as JSON."""

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from benchmarks.bars import Judged
from benchmarks.rounds import Course, Results
from service.clock import now

KEPT = Path(__file__).with_name("results")
LATEST = KEPT / "latest.json"


def table(results: Results) -> None:
    """Medians of the rounds, and their spread."""
    print(f"{'':50}{'a second':>10}{'min-max':>18}{'CPU us':>9}{'median ms':>11}{'p99 ms':>9}")
    for name, measured in results.items():
        rates = sorted(measured.rates)
        spread = f"{rates[0]:,.0f}-{rates[-1]:,.0f}"
        print(
            f"{name:50}{median(rates):10,.0f}{spread:>18}{measured.middle('cpu'):9.1f}"
            f"{measured.middle('median'):11.2f}{measured.middle('p99'):9.2f}"
        )


def verdicts(judged: Sequence[Judged]) -> None:
    """A line for each bar."""
    print("\nRates judge. The ratio of processor time, beside, is what a machine with nobody else would say.")
    for each in judged:
        print(each.line())
    met, beyond = sum(each.met for each in judged), sum(each.beyond for each in judged)
    print(f"\n{met} of {len(judged)} met, {beyond} with the stretch.")


def keep(
    kind: str,
    course: Course,
    generator: str,
    results: Results,
    judged: Sequence[Judged],
    notes: Sequence[str],
) -> Path:
    """Write it as JSON; a whole `make bench` becomes the latest."""
    document = {
        "kind": kind,
        "at": now().isoformat(timespec="seconds"),
        "machine": machine(),
        "generator": generator,
        "seconds": course.seconds,
        "rounds": course.rounds,
        "subjects": {name: [each._asdict() for each in subject.rounds] for name, subject in results.items()},
        "bars": [each.document() for each in judged],
        "notes": list(notes),
    }
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{kind}-{now():%Y%m%dT%H%M%S}.json"
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return path


def machine() -> dict[str, Any]:
    """Where it was measured, and by what."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "commit": commit.stdout.strip() or None,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor()
    )
