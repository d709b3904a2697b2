"""A real server, a real port, many callers at once."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread
from time import sleep
from typing import Any

import httpx2
import pytest
import uvicorn

from service.api.app import create_app
from service.store.log.chains import lock
from service.store.sql.engine import Database
from service.store.sql.timeouts import USUAL_TIMEOUTS, Timeouts
from tests.conftest import KEYRING, TOKEN, FixedClock
from tests.gateproof import Gateproof

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
Answers = list[httpx2.Response]


@contextmanager
def served(database_url: str, clock: FixedClock, timeouts: Timeouts = USUAL_TIMEOUTS) -> Iterator[str]:
    """The address of a server that has answered nothing yet."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = create_app(Database(database_url, KEYRING, timeouts), clock)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield "http://{}:{}".format(*listening.getsockname())
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def burst(address: str, number: int, method: str, path: str, **fields: Any) -> Answers:
    """So many requests at once, each on a connection of its own."""

    async def ask() -> Answers:
        limits = httpx2.Limits(max_connections=number, max_keepalive_connections=0)
        async with httpx2.AsyncClient(
            base_url=address, headers=HEADERS, limits=limits, timeout=60, trust_env=False
        ) as client:
            return await asyncio.gather(*(client.request(method, path, **fields) for _ in range(number)))

    return asyncio.run(ask())


def test_a_cold_burst_of_two_hundred_succeeds_completely(
    database_url: str, gateproof: Gateproof, clock: FixedClock
) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    with served(database_url, clock) as address:
        answers = burst(address, 200, "GET", "/v1/concepts/tariff-radar/readiness")

    assert Counter(answer.status_code for answer in answers) == {200: 200}
    assert {answer.json()["verdict"] for answer in answers} == {"ready"}
    assert len({answer.headers["etag"] for answer in answers}) == 1


def test_of_many_goes_at_once_one_is_accepted(
    database_url: str, gateproof: Gateproof, clock: FixedClock
) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    go = {"gate": "G1", "outcome": "go", "rationale": "Three customers told us so"}
    with served(database_url, clock) as address:
        answers = burst(address, 12, "POST", "/v1/concepts/tariff-radar/reviews", json=go)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 11}
    assert len(gateproof.get("/concepts/tariff-radar/reviews")["items"]) == 1


def test_the_same_key_at_once_is_one_write(
    database_url: str, gateproof: Gateproof, clock: FixedClock
) -> None:
    key = {**HEADERS, "Idempotency-Key": "one-press"}
    body = {"key": "energy", "name": "Energy data"}
    with served(database_url, clock) as address:
        answers = burst(address, 12, "POST", "/v1/portfolios", json=body, headers=key)

    assert Counter(answer.status_code for answer in answers) == {201: 12}
    assert len({answer.text for answer in answers}) == 1
    made = [event for event in gateproof.events(None) if event["type"] == "portfolio.created"]
    assert len(made) == 1


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one-press"}])
def test_a_lock_that_is_held_too_long_is_said_with_when_to_try_again(
    database_url: str, clock: FixedClock, headers: dict[str, str]
) -> None:
    is_sqlite = database_url.startswith("sqlite")
    status, kind = (409, "request-in-progress") if headers and not is_sqlite else (503, "busy")
    body = {"key": "energy", "name": "Energy data"}
    holder = Database(database_url, KEYRING)
    with served(database_url, clock, Timeouts(lock=0.2)) as address:
        with holder.writing() as tx:
            assert lock(tx, "organisation", clock)
            answer = burst(address, 1, "POST", "/v1/portfolios", json=body, headers=HEADERS | headers)[0]
        again = burst(address, 1, "POST", "/v1/portfolios", json=body, headers=HEADERS | headers)[0]
    holder.close()

    assert (answer.status_code, answer.headers["retry-after"]) == (status, "1")
    assert answer.json()["type"].endswith(f"/{kind}")
    assert ("Another program holds" in answer.json()["detail"]) == is_sqlite
    assert again.status_code == 201


def test_readers_do_not_wait_for_writers_that_wait(
    database_url: str, gateproof: Gateproof, clock: FixedClock, db: Database
) -> None:
    gateproof.begin()
    customer = {"key": "acme", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
    with served(database_url, clock) as address, ThreadPoolExecutor(1) as others:
        with db.writing() as tx:
            assert lock(tx, "energy", clock)
            writers = others.submit(burst, address, 20, "POST", "/v1/customers", json=customer)
            sleep(0.3)  # until they wait
            answers = burst(address, 20, "GET", "/v1/concepts/tariff-radar/readiness")
            assert not writers.done()
        written = writers.result()

    assert Counter(answer.status_code for answer in answers) == {200: 20}
    assert Counter(answer.status_code for answer in written) == {201: 1, 409: 19}
