"""The servers that are measured: one worker each, a process of its own, on a core of its own."""

import os
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from service.store.keyring import parse

PATIENCE = 20.0
KEY = b64encode(bytes(range(32))).decode()
KEYRING = parse(KEY)


class Server(NamedTuple):
    """A running server, and how long it took from its start to its first answer."""

    pid: int
    port: int
    seconds_to_start: float


@contextmanager
def server(command: list[str], alive: str, **environment: str) -> Iterator[Server]:
    """Start it, wait for its first answer, and end it."""
    port = _free_port()
    env = {**os.environ, **environment, "GATEPROOF_PORT": str(port)}
    began = perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _pin(process.pid, last=True)
        _wait(f"http://127.0.0.1:{port}{alive}", began)
        yield Server(process.pid, port, perf_counter() - began)
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def gateproof(url: str) -> Iterator[Server]:
    """The service on this database."""
    command = ["-m", "service.cli", "serve"]
    with server(command, "/livez", GATEPROOF_DATABASE_URL=url, GATEPROOF_KEY=KEY) as running:
        yield running


@contextmanager
def floors(folder: Path) -> Iterator[Server]:
    """The floors, which answer what stands in the folder."""
    command = ["-m", "benchmarks.subjects", str(folder)]
    with server(command, "/livez") as running:
        yield running


def pin_load() -> None:
    """Keep the load off the servers' core, where there are two."""
    _pin(0, last=False)


def _pin(pid: int, *, last: bool) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, {(os.cpu_count() or 1) - 1 if last else 0})


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(address: str, began: float) -> None:
    while perf_counter() - began < PATIENCE:
        try:
            urlopen(address, timeout=1).close()
        except URLError:
            sleep(0.01)
        else:
            return
    raise TimeoutError(f"no answer from {address}")
