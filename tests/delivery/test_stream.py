"""The stream: the same flips for dashboards, and nothing missed by whoever comes back."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.clock import now
from service.store.sql.engine import Database
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import one_error
from tests.delivery.conftest import Deliver, subscribe
from tests.delivery.target import Target
from tests.delivery.test_being_told import begin, make_ready
from tests.gateproof import Gateproof

AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


class Event(NamedTuple):
    """What a browser would dispatch; `type` empty: only an id."""

    id: str
    type: str
    message: Any


def parsed(text: str) -> list[Event]:
    parts = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        parts.append(
            Event(fields.get("id", ""), fields.get("event", ""), json.loads(fields.get("data", "null")))
        )
    return parts


def poll(client: TestClient, last: str | None = None, **query: str) -> list[Event]:
    """What there is after that event; the first that comes says only where one stands."""
    headers = {} if last is None else {"Last-Event-ID": last}
    response = client.get("/v1/stream", headers=headers, params=query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    return parsed(response.text)


def test_who_comes_back_is_told_what_happened_meanwhile(gateproof: Gateproof, clock: FixedClock) -> None:
    begin(gateproof)
    [here] = poll(gateproof.client)
    assert here.type == ""
    make_ready(gateproof)
    end = gateproof.readiness()["passes_until"]
    clock.move(days=100)

    _, ready, expiring, expired = poll(gateproof.client, here.id)
    kinds = [each.type for each in (ready, expiring, expired)]
    assert kinds == ["readiness.ready", "readiness.expiring", "readiness.expired"]
    assert [each.message["type"] for each in (ready, expiring, expired)] == kinds
    assert (expired.message["timestamp"], expiring.message["data"]["days"]) == (end, 7)

    assert [each.id for each in poll(gateproof.client, ready.id)] == [ready.id, expiring.id, expired.id]
    assert len(poll(gateproof.client, expired.id)) == 1
    assert len(poll(gateproof.client)) == 1


def test_the_stream_and_webhooks_say_the_same(gateproof: Gateproof, target: Target, deliver: Deliver) -> None:
    begin(gateproof)
    subscribe(gateproof, target)
    [here] = poll(gateproof.client)
    make_ready(gateproof)
    deliver()
    [got] = target.got
    [_, notice] = poll(gateproof.client, here.id)
    assert notice.message == {"id": got.headers["webhook-id"], **got.message}


def test_only_portfolios_that_one_sees(gateproof: Gateproof) -> None:
    begin(gateproof)
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    [here] = poll(gateproof.client)
    bots = {
        key: gateproof.post("/tokens", {"name": key, "role": "bot", "portfolios": [key]})["token"]
        for key in ("energy", "water")
    }
    make_ready(gateproof)
    streams = {}
    for key, token in bots.items():
        headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": here.id}
        streams[key] = parsed(gateproof.client.get("/v1/stream", headers=headers).text)
    assert [each.type for each in streams["energy"]] == ["", "readiness.ready"]
    assert [each.type for each in streams["water"]] == [""]
    assert "word1" not in str(streams)
    assert len(poll(gateproof.client, here.id, portfolio="water")) == 1
    headers = {"Authorization": f"Bearer {bots['water']}"}
    foreign, ghost = (
        gateproof.client.get("/v1/stream", params={"portfolio": key}, headers=headers)
        for key in ("energy", "ghost")
    )
    for answer in (foreign, ghost):
        one_error(answer, 422, "query.portfolio")


@pytest.mark.parametrize("last", ["made-up", "WzEsMl0", "W10", "\x00" * 3, "x" * 9000])
def test_an_id_that_the_stream_did_not_give_is_refused(gateproof: Gateproof, last: str) -> None:
    response = gateproof.client.get("/v1/stream", headers={"Last-Event-ID": last})
    one_error(response, 422, "header.Last-Event-ID")


@pytest.fixture
def served(db: Database) -> Iterator[str]:
    """The service behind a real port, by the real clock."""
    config = uvicorn.Config(create_app(db, now), port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def test_who_listens_is_told_as_it_happens(served: str) -> None:
    with httpx2.Client(base_url=served, headers=AUTHORISED, timeout=30) as client:
        gateproof = Gateproof(client, now)  # type: ignore[arg-type]
        begin(gateproof)
        received: list[str] = []
        standing = threading.Event()

        def listen() -> None:
            headers = {"Accept": "text/event-stream"}
            with client.stream("GET", "/v1/stream", params={"seconds": 20}, headers=headers) as response:
                for line in response.iter_lines():
                    received.append(line)
                    standing.set()
                    if line.startswith("data: "):
                        return

        listener = threading.Thread(target=listen)
        listener.start()
        assert standing.wait(10)
        make_ready(gateproof)
        listener.join(20)
        assert "event: readiness.ready" in received


def test_a_stream_ends_with_its_token(served: str) -> None:
    with httpx2.Client(base_url=served, headers=AUTHORISED, timeout=30) as client:
        made = client.post("/v1/tokens", json={"name": "board", "role": "bot"}).json()
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {made['token']}"}
        with client.stream("GET", "/v1/stream", headers=headers) as response:
            lines = response.iter_lines()
            next(lines)
            client.post(f"/v1/tokens/{made['id']}/revoke", json={})
            for _ in lines:
                pass
        assert client.get("/v1/stream", headers=headers).status_code == 401
