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

import psutil

from service.store.sql.keyring import parse

PATIENCE = 60.0
KEY = b64encode(bytes(range(32))).decode()
KEYRING = parse(KEY)
LOAD, SERVED = 0, (os.cpu_count() or 1) - 1
"""The cores: of the load and whatever else there is, and of the server that is measured."""


class Server(NamedTuple):
    """A running server, and how long it took from its start to its first answer."""

    pid: int
    port: int
    seconds_to_start: float

    def cpu(self) -> float:
        """Seconds of a processor that it has had."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def resident(self) -> float:
        """Megabytes of resident memory."""
        return float(psutil.Process(self.pid).memory_info().rss / 2**20)


@contextmanager
def server(command: list[str], *, core: int | None = SERVED, **environment: str) -> Iterator[Server]:
    """Start it, wait until it takes connections, and end it. It finds its port in GATEPROOF_PORT and PORT."""
    port = free_port()
    env = {**os.environ, **environment, "GATEPROOF_PORT": str(port), "PORT": str(port)}
    began = perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        pin(process.pid, core)
        _wait(process, port, began)
        yield Server(process.pid, port, perf_counter() - began)
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def gateproof(url: str, *, core: int | None = SERVED) -> Iterator[Server]:
    """The service on this database."""
    command = [sys.executable, "-m", "service.cli", "serve"]
    with server(command, core=core, GATEPROOF_DATABASE_URL=url, GATEPROOF_KEY=KEY) as running:
        yield running


@contextmanager
def floor(kind: str, folder: Path) -> Iterator[Server]:
    """One of benchmarks/floors.py, which answers what stands in the folder."""
    with server([sys.executable, "-m", "benchmarks.floors", kind, str(folder)]) as running:
        yield running


def pin(pid: int, core: int | None = LOAD) -> None:
    """Keep a process (0: this one) and what it will start on one core, where there are two; None: on any."""
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_setaffinity") and cores > 1:
        os.sched_setaffinity(pid, range(cores) if core is None else {core})


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, began: float) -> None:
    while perf_counter() - began < PATIENCE:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.005)
        else:
            return
    raise TimeoutError(f"no answer on port {port}")
