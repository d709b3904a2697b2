"""The load: by wrk where it is installed, else by our own generator, which is too slow for the fastest."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import orjson

from benchmarks.asking import Ask, by_connection
from service.commands.load import Load, Unexpected, run

SCRIPT = Path(__file__).with_name("requests.lua")
INSTALL = (
    "wrk is not installed (Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk). Our own generator"
)
SLOWER = "takes its place, which is slower than the fastest of what is measured: those ratios come out wrong."

Generator = Callable[[int, Ask, int, float, int], Load]
"""Port, what is sent, the number of the first request, seconds, connections."""


def generator(wanted: str | None = None) -> tuple[str, Generator]:
    """Its name and itself; says so when it is not wrk."""
    if wanted != "own" and which("wrk"):
        return "wrk", by_wrk
    if wanted == "wrk":
        raise SystemExit(INSTALL.split(". ", maxsplit=1)[0])
    if wanted is None:
        print(f"{INSTALL}\n{SLOWER}\n")
    return "own", by_own


def by_own(port: int, ask: Ask, first: int, seconds: float, connections: int) -> Load:
    """With benchmarks of statuses on every answer."""
    return run(port, by_connection(ask, first, connections), ask.statuses, seconds)


def by_wrk(port: int, ask: Ask, first: int, seconds: float, connections: int) -> Load:
    """One thread of wrk. It tells statuses from 400 on from others, no more: one request of our own, before,
    tells the rest."""
    probe(port, ask, first)
    with TemporaryDirectory() as folder:
        line = [
            *("wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout=20s"),
            *("-s", str(SCRIPT), *_sending(port, ask, first + 1, Path(folder))),
        ]
        output = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    match = re.search(r"MEASURED (\{.*\})", output)
    if match is None:
        raise RuntimeError(f"wrk said nothing that we know: {output[:500]}")
    return _load(orjson.loads(match[1]), ask)


def probe(port: int, ask: Ask, number: int) -> None:
    """One request; Unexpected unless its status is right."""
    run(port, [[ask.at(number)]], ask.statuses, 20)


def _sending(port: int, ask: Ask, first: int, folder: Path) -> list[str]:
    address = f"http://127.0.0.1:{port}"
    head, body = ask.template.split(b"\r\n\r\n", 1)
    line, *headers = head.decode().split("\r\n")
    method, path, _ = line.split(" ")
    if method == "GET" and not body and not ask.varies:
        return [*(part for each in headers for part in ("-H", each)), address + path]
    (folder / "template").write_bytes(ask.template)
    (folder / "values").write_text("".join("\t".join(each) + "\n" for each in ask.values))
    values = [str(folder / "values")] if ask.values else []
    return [address, "--", str(folder / "template"), str(first), *values]


def _load(measured: dict[str, float], ask: Ask) -> Load:
    answers = int(measured["answers"])
    refusals = answers if min(ask.statuses) >= 400 else 0
    if measured["refused"] != refusals or measured["broken"] or not answers:
        raise Unexpected(f"expected {ask.statuses} of {answers} answers: {measured}")
    return Load(answers, answers / measured["seconds"], measured["median"], measured["p99"])
