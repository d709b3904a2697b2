"""A real PgBouncer in transaction mode, in front of a database of the suite."""

import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep
from typing import NamedTuple

import psycopg
from sqlalchemy import make_url

PROGRAM = os.environ.get("GATEPROOF_TEST_PGBOUNCER") or shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
"""Another one may be named, to try a newer release."""
COUNTS_PREPARED = (1, 21)
SERVERS = 4
CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 200
logfile = {folder}/pgbouncer.log
unix_socket_dir =
{more}
"""


class Pooler(NamedTuple):
    """`url`: the database through the pooler; `is_new`: it keeps count of prepared statements."""

    url: str
    is_new: bool


def version() -> tuple[int, ...]:
    """The release; empty: there is none."""
    if not Path(PROGRAM).exists():
        return ()
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"PgBouncer (\d+)\.(\d+)", said)
    assert match, said
    return int(match[1]), int(match[2])


def own_folder(folder: Path, tmp_path: Path) -> Path:
    """A folder for a pooler that runs as PostgreSQL's user."""
    for each in (tmp_path, tmp_path.parent, folder):
        each.chmod(0o755)
    own = folder / f"pgbouncer-{tmp_path.name}"
    own.mkdir()
    return own


@contextmanager
def pooled(url: str, folder: Path) -> Iterator[Pooler]:
    """The pooler, until it is ended."""
    target, is_new = make_url(url), version() >= COUNTS_PREPARED
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        listen = free.getsockname()[1]
    (folder / "users.txt").write_text("")
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            host=target.query.get("host", target.host),
            port=target.port or 5432,
            user=target.username,
            listen=listen,
            folder=folder,
            servers=SERVERS,
            more="max_prepared_statements = 100" if is_new else "",
        )
    )
    command = [PROGRAM, str(configuration)]
    if os.geteuid() == 0:  # it refuses to run as root; PostgreSQL's wheel runs as this one
        user = pwd.getpwnam("pgserver")
        for each in (folder, *folder.iterdir()):
            os.chown(each, user.pw_uid, user.pw_gid)
        command[1:1] = ["-u", "pgserver"]
    pooler_url = target.set(host="127.0.0.1", port=listen, query={}).render_as_string(hide_password=False)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(pooler_url, process)
        yield Pooler(pooler_url, is_new)
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "it did not start"
        try:
            psycopg.connect(url, prepare_threshold=None).close()
        except psycopg.OperationalError:
            sleep(0.05)
        else:
            return
    raise TimeoutError
