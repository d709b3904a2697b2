"""COMMIT was sent, and no answer came: whoever wrote learns what became of it, or that nobody knows."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from service.api.app import create_app
from service.store.sql import outcome
from service.store.sql.engine import Database
from service.store.sql.faults import OutcomeUnknown
from service.store.sql.timeouts import Timeouts
from service.usecases.errors import Refused
from service.usecases.verification.verify import verify
from tests.api.test_writers import keys, written_together
from tests.client import Client
from tests.conftest import KEYRING, TOKEN, FixedClock, World
from tests.gateproof import Gateproof
from tests.store.racing import add_customer
from tests.swallowing import Loss, SwallowingProxy, swallowing
from tests.worlds import ready_at_g1

pytestmark = pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)

BODY = {"key": "late", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
GO = {"gate": "G1", "outcome": "go", "rationale": "We say go."}
KEYED = {"Idempotency-Key": "once"}


@pytest.fixture
def starting_state() -> World:
    return ready_at_g1


@pytest.fixture
def proxy(database_url: str) -> Iterator[SwallowingProxy]:
    with swallowing(database_url) as made:
        yield made


@pytest.fixture
def proxied(proxy: SwallowingProxy, ending: Any) -> Iterator[Database]:
    database = Database(proxy.url, KEYRING, Timeouts(lock=0.5))
    yield database
    database.close()


@pytest.fixture
def far(proxied: Database, clock: FixedClock, gateproof: Gateproof) -> Iterator[Gateproof]:
    """The service behind the proxy; a first request has noted that the token is used."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(proxied, clock), headers=headers, raise_server_exceptions=False) as client:
        client.get("/v1/people")
        yield gateproof.by(client, clock)


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "SECONDS", 0.2)


def is_there(db: Database) -> bool:
    return "late" in keys(db)


@pytest.mark.parametrize("headers", [{}, KEYED])
def test_what_was_committed_is_answered_as_written(
    far: Gateproof, proxy: SwallowingProxy, gateproof: Gateproof, db: Database, headers: dict[str, str]
) -> None:
    proxy.loss = Loss.ANSWER
    far.post("/customers", BODY, 201, **headers)
    assert is_there(db)
    proxy.loss = Loss.ANSWER
    made = far.post("/concepts/tariff-radar/reviews", GO, 201, **headers)
    assert [each["id"] for each in gateproof.get("/concepts/tariff-radar/reviews")["items"]] == [made["id"]]
    gateproof.get(f"/concepts/tariff-radar/reviews/{made['id']}/attestation")


@pytest.mark.parametrize("headers", [{}, KEYED])
def test_that_nothing_was_written_is_said_where_it_is_known(
    far: Gateproof, proxy: SwallowingProxy, db: Database, headers: dict[str, str]
) -> None:
    proxy.loss = Loss.COMMIT
    problem = far.post("/customers", BODY, 503, **headers)
    assert problem["type"] == "/problems/unavailable"
    assert problem["detail"].endswith("Nothing was written.")
    assert not is_there(db)
    far.post("/customers", BODY, 201, **headers)


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("is_written", [True, False])
def test_what_nobody_knows_is_found_by_the_same_key(
    far: Gateproof, proxy: SwallowingProxy, db: Database, is_written: bool
) -> None:
    proxy.loss, proxy.is_away = Loss.ANSWER if is_written else Loss.COMMIT, True
    problem = far.post("/customers", BODY, 503, **KEYED)
    assert problem["type"] == "/problems/outcome-unknown"
    assert "othing was" not in problem["detail"]
    assert is_there(db) is is_written

    proxy.is_away = False
    far.post("/customers", BODY, 201, **KEYED)
    assert is_there(db)


@pytest.mark.usefixtures("in_a_hurry")
def test_while_the_server_has_not_noticed_nobody_knows(
    far: Gateproof, proxy: SwallowingProxy, db: Database
) -> None:
    """Its transaction is open, and holds its locks."""
    proxy.loss = Loss.NOTICED_LATE
    problem = far.post("/customers", BODY, 503, **KEYED)
    assert problem["type"] == "/problems/outcome-unknown"
    again = far.post("/customers", BODY, 409, **KEYED)
    assert again["type"] == "/problems/request-in-progress"
    assert "the first one with its key may have" in again["detail"]
    proxy.let_go()
    far.post("/customers", BODY, 201, **KEYED)
    assert is_there(db)


def refuse() -> None:
    raise Refused("already-withdrawn", "So.")


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("is_away", [True, False])
def test_each_of_a_group_has_its_own_answer(
    proxied: Database,
    proxy: SwallowingProxy,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    is_away: bool,
) -> None:
    monkeypatch.setattr("service.api.writers.THREADS", 1)
    monkeypatch.setattr("service.api.writers.MOST_SECONDS", 5)
    keys(proxied)  # there is a connection
    first, last = partial(add_customer, proxied, "a"), partial(add_customer, proxied, "c")
    proxy.loss, proxy.is_away = Loss.ANSWER, is_away

    outcomes = [type(each) for each in written_together(proxied, first, refuse, last)]
    written = OutcomeUnknown if is_away else type(None)
    assert outcomes == [written, Refused, written]
    assert verify(db).ok
