"""A database that neither answers nor refuses: everybody is told so in seconds, and it resumes alone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import httpx2
import pytest
from sqlalchemy import text

from service.store.sql.engine import Database
from service.store.sql.faults import Fault, fault_of
from service.store.sql.timeouts import Timeouts
from tests.conftest import KEYRING, FixedClock
from tests.gateproof import Gateproof
from tests.store.silence import Proxy, proxy_of
from tests.store.test_served import HEADERS, served

QUICK = Timeouts(answer=0.3)
LIMIT = 6.0
PATHS = ("/v1/concepts/tariff-radar/readiness", "/v1/portfolios", "/v1/me", "/v1/concepts/tariff-radar")
CUSTOMER = {"key": "acme", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}


@pytest.fixture
def database_url(database_of: Callable[[str, str], str]) -> str:
    return database_of("postgresql", "prepared")


@pytest.fixture
def proxy(database_url: str, gateproof: Gateproof) -> Iterator[Proxy]:
    gateproof.begin()
    with proxy_of(database_url) as made:
        yield made


def test_everything_answers_503_in_time_and_resumes_alone(proxy: Proxy, clock: FixedClock) -> None:
    with served(proxy.url, clock, QUICK) as address, httpx2.Client(base_url=address, timeout=30) as client:

        def ask(path: str) -> tuple[int, float, str | None]:
            begun = monotonic()
            if path == "POST":
                answer = client.post("/v1/customers", json=CUSTOMER, headers=HEADERS)
            else:
                answer = client.get(path, headers=HEADERS)
            return answer.status_code, monotonic() - begun, answer.json().get("reason")

        assert {ask(path)[0] for path in PATHS} == {200}
        with ThreadPoolExecutor(40) as callers:
            proxy.flowing.clear()
            asked = [callers.submit(ask, path) for path in (*PATHS, "POST") * 7]
            ready, alive = callers.submit(ask, "/readyz"), callers.submit(client.get, "/livez")
            assert (alive.result().status_code, ready.result()[0], ready.result()[2]) == (
                200,
                503,
                "no-answer",
            )
            assert ready.result()[1] < 2
            answers = [each.result() for each in asked]
        assert {answer[0] for answer in answers} == {503}
        assert max(answer[1] for answer in answers) < LIMIT
        late = [ask(path) for path in (*PATHS, "/readyz", "POST")]
        assert {(status, reason) for status, _, reason in late} == {(503, "no-answer")}
        assert max(answer[1] for answer in late) < 1
        proxy.flowing.set()
        assert _until(lambda: ask("/readyz")[0] == 200) < LIMIT
        assert {ask(path)[0] for path in PATHS} == {200}
        assert client.post("/v1/customers", json={**CUSTOMER, "key": "b"}, headers=HEADERS).status_code == 201


def test_a_long_statement_is_waited_for_as_long_as_the_server_is_at_work(proxy: Proxy) -> None:
    db = Database(proxy.url, KEYRING, QUICK)
    with db.reading() as connection:
        assert connection.execute(text("SELECT 1 FROM pg_sleep(1.5)")).scalar_one() == 1
    db.close()


def test_a_connection_whose_other_end_is_gone_is_given_up(proxy: Proxy) -> None:
    db = Database(proxy.url, KEYRING, QUICK)
    with db.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    proxy.silence_old_ones()
    begun = monotonic()
    with db.reading() as connection:
        assert connection.execute(text("SELECT 2")).scalar_one() == 2  # by a new one
    assert monotonic() - begun < LIMIT
    db.close()


@pytest.mark.parametrize("limit", ["statement", "lock"])
def test_time_outs_are_the_servers_too(proxy: Proxy, limit: str) -> None:
    holder = Database(proxy.url, KEYRING)
    db = Database(proxy.url, KEYRING, Timeouts(**{limit: 0.2}))
    slow = {"statement": "SELECT pg_sleep(5)", "lock": "SELECT * FROM chains"}[limit]
    with holder.writing() as tx:
        tx.execute(text("LOCK TABLE chains IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Exception) as caught, db.reading() as connection:  # noqa: PT011
            connection.execute(text(slow))
    assert fault_of(caught.value) is {"statement": Fault.TIMED_OUT, "lock": Fault.BUSY}[limit]
    for each in (holder, db):
        each.close()


def _until(condition: Callable[[], bool]) -> float:
    begun = monotonic()
    while not condition():
        assert monotonic() - begun < LIMIT
        sleep(0.05)
    return monotonic() - begun
