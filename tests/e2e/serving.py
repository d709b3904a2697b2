"""The real service in a process of its own, as `make run` starts it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.packaging.running import Running, free_port, running

ROOT = Path(__file__).parents[2]


class Served(NamedTuple):
    """A service that is ready, where it is, and its token."""

    service: Running
    address: str
    token: str


@contextmanager
def demo(folder: Path) -> Iterator[Served]:
    """Served from this folder until the end of the block."""
    command = [sys.executable, "-m", "service.cli", "demo"]
    with running(command, folder, PYTHONPATH=str(ROOT), GATEPROOF_PORT=str(free_port())) as service:
        address = service.wait_for(r"Click +(http://\S+)/docs")
        yield Served(service, address, service.wait_for(r"Token +(\S+)"))
