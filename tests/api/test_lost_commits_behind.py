"""COMMIT is lost behind a pooler or a load balancer: whoever wrote learns what became of it all the same."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

import psycopg
import pytest
from sqlalchemy import make_url

from service.api.app import create_app
from service.store.sql.engine import Database
from service.store.sql.timeouts import Timeouts
from tests.api.test_writers import keys
from tests.client import Client
from tests.conftest import KEYRING, TOKEN, FixedClock, World
from tests.gateproof import Gateproof
from tests.packaging.running import free_port
from tests.store import pooler
from tests.swallowing import Loss, SwallowingProxy, swallowing
from tests.worlds import ready_at_g1

pytestmark = pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)

BODY = {"key": "late", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CONFIGURATION = """
defaults
    mode tcp
    timeout connect 2s
    timeout client 20s
    timeout server 20s
listen postgresql
    bind 127.0.0.1:{port}
    server one {target}
"""


@pytest.fixture
def starting_state() -> World:
    return ready_at_g1


@pytest.fixture
def proxy(database_url: str) -> Iterator[SwallowingProxy]:
    with swallowing(database_url) as made:
        yield made


@contextmanager
def behind_haproxy(url: str, folder: Path) -> Iterator[str]:
    target, port = make_url(url), free_port()
    configuration = folder / "haproxy.cfg"
    configuration.write_text(CONFIGURATION.format(port=port, target=f"{target.host}:{target.port}"))
    process = subprocess.Popen([str(HAPROXY), "-q", "-db", "-f", str(configuration)])
    front = target.set(port=port).render_as_string(hide_password=False)
    try:
        for _ in range(200):
            with suppress(psycopg.OperationalError):
                psycopg.connect(front).close()
                break
            sleep(0.05)
        yield front
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(params=["pgbouncer", "haproxy"])
def front(
    request: pytest.FixtureRequest, proxy: SwallowingProxy, folder: Path, tmp_path: Path
) -> Iterator[str]:
    """The address of what stands in front of a proxy that loses commits."""
    if request.param == "haproxy":
        if HAPROXY is None:
            pytest.skip("HAProxy is not installed")
        with behind_haproxy(proxy.url, tmp_path) as url:
            yield url
        return
    if not pooler.version():
        pytest.skip("PgBouncer is not installed")
    with pooler.pooled(proxy.url, pooler.own_folder(folder, tmp_path)) as made:
        yield made.url


@pytest.fixture
def far(front: str, clock: FixedClock, gateproof: Gateproof) -> Iterator[Gateproof]:
    """The service behind both; a first request has noted that the token is used."""
    database = Database(front, KEYRING, Timeouts(lock=0.5))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(database, clock), headers=headers, raise_server_exceptions=False) as client:
        client.get("/v1/people")
        yield gateproof.by(client, clock)
    database.close()


def test_what_was_committed_is_answered_as_written_and_what_was_lost_as_unwritten(
    far: Gateproof, proxy: SwallowingProxy, db: Database
) -> None:
    proxy.loss = Loss.COMMIT
    problem = far.post("/customers", BODY, 503)
    assert problem["type"] == "/problems/unavailable"
    assert problem["detail"].endswith("Nothing was written.")
    assert "late" not in keys(db)

    proxy.loss = Loss.ANSWER
    far.post("/customers", BODY, 201)
    assert "late" in keys(db)
    assert far.client.get("/readyz").status_code == 200
