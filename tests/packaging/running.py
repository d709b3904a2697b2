"""Commands in processes of their own: started, spoken to, and always ended."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

PATIENCE = 90


def environment(**variables: str) -> dict[str, str]:
    """What a process needs of this one's environment, and none of our settings or packages."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GATEPROOF_", "PYTHON"))
    }
    return {**inherited, "PYTHONUNBUFFERED": "1", "GATEPROOF_DRAIN_SECONDS": "0", **variables}


class Running:
    """A service that was started as a command."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process, self.log = process, log

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_for(self, pattern: str) -> str:
        """The first group of the pattern, once it was printed."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if match := re.search(pattern, self.output):
                return match[1]
            assert self.process.poll() is None, self.output
            time.sleep(0.05)
        raise AssertionError(f"{pattern} was not said in time: {self.output}")

    def wait_until_ready(self, address: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output
            try:
                if get(f"{address}/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"not ready in time: {self.output}")


@contextmanager
def running(command: Sequence[str | Path], folder: Path, **settings: str) -> Iterator[Running]:
    """The command, in this folder, until the block ends."""
    log = folder / f"said-{time.monotonic_ns()}.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment(**settings),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield Running(process, log)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def done(command: Sequence[str | Path], folder: Path, **settings: str) -> str:
    """What a command that ends well prints."""
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def get(url: str, token: str | None = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        return client.get(url, headers=headers)


def free_port() -> int:
    """A port with its neighbour, both free just now."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            return port
