"""A service whose edge is set as an operator would set it."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.testclient import TestClient
from httpx2 import Response

from service.api.app import create_app
from service.edge_settings import edge_settings_of
from service.store.sql.engine import Database
from tests.conftest import TOKEN, FixedClock

HOST = "192.0.2.7"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def edged(
    db: Database, clock: FixedClock, host: str = HOST, base_url: str = "http://testserver", **fields: str
) -> Iterator[TestClient]:
    """Calls without a token from an address; `said` are the variables, without GATEPROOF_."""
    app = create_app(
        db, clock, edge=edge_settings_of({f"GATEPROOF_{name}": text for name, text in fields.items()}.get)
    )
    with TestClient(app, client=(host, 50_000), base_url=base_url, raise_server_exceptions=False) as client:
        yield client


def kind(response: Response) -> str:
    """The kind of problem."""
    answer: str = response.json()["type"].removeprefix("/problems/")
    return answer
