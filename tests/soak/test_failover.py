"""A real failover to a standby that lacks what was written last, under a service that goes on."""

import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import pytest

from service.api.app import create_app
from service.clock import now
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.operations.bootstrap import prepare
from service.usecases.verification.verify import verify
from tests.client import Client
from tests.conftest import KEYRING, TOKEN
from tests.gateproof import Gateproof
from tests.replicating import Pair, replicated

PATH = "/v1/concepts/tariff-radar/readiness"
TIMES = 20 if os.environ.get("GATEPROOF_SOAK") else 1
PATIENCE = 20.0


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(TIMES))
def test_a_service_tells_of_the_log_that_is_left(folder: Path, turn: int) -> None:
    with replicated(folder / f"pair-{turn}") as pair:
        db = Database(pair.url, KEYRING)
        try:
            migrate(db)
            prepare(db, now, TOKEN)
            headers = {"Authorization": f"Bearer {TOKEN}"}
            with Client(create_app(db, now), headers=headers, raise_server_exceptions=False) as client:
                _fail_over_under(Gateproof(client, now), pair)
            assert verify(db).ok
        finally:
            db.close()


def _fail_over_under(gateproof: Gateproof, pair: Pair) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    for _ in range(3):
        before = gateproof.client.get(PATH)
    assert before.json()["ready"]
    kept = gateproof.get("/events", limit=200)["resume"]
    _until(lambda: _is_behind(pair) is False)

    pair.lose_what_comes()
    gateproof.withdraw(gateproof.get("/concepts/tariff-radar/citations")["items"][0]["id"])
    bot = gateproof.post("/tokens", {"name": "ci", "role": "bot", "expires_in_days": 30})["token"]
    lost = gateproof.get("/events", limit=200)["resume"]
    for _ in range(3):
        assert not gateproof.client.get(PATH).json()["ready"]
        assert gateproof.client.get(PATH, headers={"Authorization": f"Bearer {bot}"}).status_code == 200

    pair.fail_over()
    _until(lambda: gateproof.client.get("/v1/people").status_code == 200)

    after = gateproof.client.get(PATH)
    assert after.json()["ready"]
    assert after.headers["ETag"] == before.headers["ETag"]
    assert gateproof.client.get(PATH, headers={"Authorization": f"Bearer {bot}"}).status_code == 401
    assert gateproof.client.get(f"/v1/events?cursor={quote(lost)}").status_code == 410
    assert gateproof.get("/events", cursor=kept)["items"] == []
    _until(lambda: gateproof.client.post("/v1/people", json=SOMEBODY).status_code in (201, 409))


SOMEBODY = {"key": "new", "name": "New", "function": "sales"}


def _is_behind(pair: Pair) -> bool:
    [(sent,)] = pair.primary.execute("SELECT pg_current_wal_lsn()::text")
    [(is_behind,)] = pair.standby.execute(f"SELECT pg_last_wal_replay_lsn() < '{sent}'::pg_lsn")
    return bool(is_behind)


def _until(is_so: Callable[[], bool]) -> None:
    ends = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < ends
        sleep(0.05)
