"""A database that takes no writes for a while: reads go on, writes are told, and it resumes alone."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from service.store.sql.cleaning import clean
from service.store.sql.engine import Database
from tests.conftest import FixedClock
from tests.contract.operations import problem
from tests.databases import Server
from tests.gateproof import Gateproof


@pytest.fixture
def database_url(database_of: Callable[[str, str], str]) -> str:
    return database_of("postgresql", "prepared")


@pytest.fixture
def change(db: Database, postgresql_server: Server) -> Callable[[str], object]:
    """Changes a setting of the database, for connections that are opened from then on."""
    name = db.engine.url.database
    return lambda setting: postgresql_server.connection.execute(f"ALTER DATABASE {name} {setting}")


def test_writes_are_told_and_connections_to_a_demoted_server_are_dropped(
    client: TestClient, gateproof: Gateproof, db: Database, clock: FixedClock, change: Callable[[str], object]
) -> None:
    gateproof.begin()
    change("SET default_transaction_read_only = on")
    db.engine.dispose()
    with db.engine.connect(), db.engine.connect():
        pass  # several that lead to it
    clock.move(days=1)  # the use of the token would be recorded
    assert client.get("/v1/concepts/tariff-radar").status_code == 200
    assert client.get("/v1/concepts/tariff-radar/readiness").status_code == 200
    refused = problem(client.post("/v1/portfolios", json={"key": "p", "name": "P"}), 503)
    assert (refused["reason"], refused["detail"].endswith("Nothing was written.")) == ("read-only", True)
    assert problem(client.get("/readyz"), 503)["reason"] == "read-only"

    change("RESET default_transaction_read_only")
    # Each of these dropped whatever led there, so that nothing does any more.
    answers = [client.post("/v1/portfolios", json={"key": f"p-{n}", "name": "P"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert client.get("/readyz").status_code == 200


def test_an_erasure_leaves_no_setting_in_the_connections(db: Database) -> None:
    clean(db)
    with db.engine.connect() as first, db.engine.connect() as second:
        for connection in (first, second):
            limits = [
                connection.execute(text(f"SHOW {name}")).scalar()
                for name in ("lock_timeout", "statement_timeout")
            ]
            assert limits == ["5s", "30s"]
