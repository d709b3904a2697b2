"""A service whose webhooks may be on loopback, a target there, and a worker that is run by hand."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.delivery.targets import Targets
from service.delivery.worker import Worker
from service.store.sql.engine import Database
from tests.conftest import TOKEN, FixedClock
from tests.delivery.target import Target, listening
from tests.gateproof import Body, Gateproof

LOOPBACK = Targets((ip_network("127.0.0.0/8"),))
PUBLIC_URL = "https://gateproof.example"
Deliver = Callable[[], None]


@pytest.fixture
def target() -> Iterator[Target]:
    with listening() as made:
        yield made


@pytest.fixture
def client(db: Database, clock: FixedClock) -> Iterator[TestClient]:
    app = create_app(db, clock, PUBLIC_URL, targets=LOOPBACK)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, headers=headers, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def deliver(db: Database, clock: FixedClock) -> Deliver:
    """A worker, until it has nothing to do."""
    return lambda: anyio.run(Worker(db, clock, LOOPBACK, PUBLIC_URL).run_until_idle)


def subscribe(gateproof: Gateproof, target: Target, *types: str, path: str = "/ok", **fields: Any) -> Body:
    """A webhook that is told of these types."""
    body = {"url": target.url(path), "types": types or ["readiness.ready", "readiness.expired"]}
    return gateproof.post("/webhooks", body | fields)
