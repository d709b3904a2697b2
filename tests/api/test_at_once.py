"""Polls that are answered where the server reads them: the same bytes, in order, and HTTP as ever."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import sleep

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.api.app import create_app
from service.api.fast.inline_protocol import InlineProtocol
from service.api.fast.polls import Polls
from service.store.sql.engine import Database
from tests.check.serving import served
from tests.conftest import KEYRING, TOKEN, FixedClock
from tests.gateproof import Gateproof

POLL = "/v1/concepts/tariff-radar/readiness"
MANY = 20_000
Answer = tuple[int, dict[str, str], bytes]


class Talking:
    """A connection over which requests are written and answers read, as it pleases the test."""

    def __init__(self, address: str) -> None:
        host, port = address.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> "Talking":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def say(self, *requests: bytes) -> None:
        self.socket.sendall(b"".join(requests))

    def hear(self, method: str = "GET") -> Answer:
        status = int(self._file.readline().split()[1])
        lines = iter(self._file.readline, b"\r\n")
        headers = dict(line.decode().strip().lower().split(": ", 1) for line in lines)
        length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
        return status, headers, self._file.read(length)

    def has_ended(self) -> bool:
        return self._file.read() == b""


def asked(path: str = POLL, method: str = "GET", version: str = "1.1", **fields: str) -> bytes:
    """A request; `said` are its headers, with underscores."""
    headers = {"Host": "gateproof.example", "Authorization": f"Bearer {TOKEN}", **fields}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/{version}", *lines, "", ""]).encode()


@pytest.fixture
def address(gateproof: Gateproof, db: Database, clock: FixedClock) -> Iterator[str]:
    gateproof.begin()
    gateproof.ready_at_g1()
    with _served(db, clock, InlineProtocol) as base:
        yield base


@pytest.fixture
def plainly(address: str, db: Database, clock: FixedClock) -> Iterator[str]:
    """The same service behind uvicorn's own protocol."""
    with _served(db, clock, HttpToolsProtocol) as base:
        yield base


@contextmanager
def _served(db: Database, clock: FixedClock, http: type[HttpToolsProtocol]) -> Iterator[str]:
    other = Database(db.engine.url.render_as_string(hide_password=False), KEYRING)
    with served(create_app(other, clock), http) as base:
        with Talking(base) as first:  # of a token, which takes the normal route
            first.say(asked())
            first.hear()
        yield base
    other.close()


def test_it_answers_what_the_server_answers(address: str, plainly: str) -> None:
    with Talking(address) as here:
        here.say(asked())
        etag = here.hear()[1]["etag"]
    for method, request in (
        ("GET", asked()),
        ("GET", asked(If_None_Match=etag)),
        ("GET", asked(If_None_Match='"random"')),
        ("GET", asked(X_Request_Id="mine")),
        ("GET", asked("/v1/concepts/ghost/readiness")),
        ("GET", asked(Authorization="Bearer nonsense")),
        ("GET", asked(f"{POLL}?gate=G1")),
        ("GET", asked(X_Forwarded_Proto="https")),
        ("GET", asked(version="1.0", Connection="keep-alive")),
        ("HEAD", asked(method="HEAD")),
        ("POST", asked(method="POST", Content_Length="0")),
        ("GET", asked(Connection="close")),
    ):
        with Talking(address) as here, Talking(plainly) as there:
            here.say(request)
            answers = here.hear(method)
            there.say(request)
            assert _alike(answers) == _alike(there.hear(method)), request


def test_answers_come_in_the_order_of_requests(address: str) -> None:
    paths = [POLL, "/livez", POLL, POLL, "/v1/concepts/ghost/readiness", "/v1/people", POLL]
    with Talking(address) as talking:
        talking.say(*(asked(path, X_Request_Id=f"number-{n}") for n, path in enumerate(paths)))
        for n, path in enumerate(paths):
            status, headers, body = talking.hear()
            assert (status, headers["x-request-id"]) == (404 if "ghost" in path else 200, f"number-{n}")
            assert int(headers["content-length"]) == len(body)


@pytest.mark.parametrize(("version", "wishes"), [("1.1", {"Connection": "close"}), ("1.0", {})])
def test_whoever_wants_one_answer_gets_one(address: str, version: str, wishes: dict[str, str]) -> None:
    with Talking(address) as talking:
        talking.say(asked(POLL, "GET", version, **wishes), asked())
        status, headers, _ = talking.hear()
        assert (status, headers["connection"]) == (200, "close")
        assert talking.has_ended()


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_no_answers_are_made_for_whoever_does_not_read(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They get every answer all the same, once they read."""
    made, make = list[None](), Polls.reply
    monkeypatch.setattr(Polls, "reply", lambda *args: (made.append(None), make(*args))[1])
    with Talking(address) as talking:
        sending = Thread(target=talking.say, args=[asked()] * MANY)
        sending.start()
        before = -1
        while len(made) > before:
            before = len(made)
            sleep(0.3)
        assert before < MANY / 2, "answers were made although nobody took them"
        for _ in range(MANY):
            assert talking.hear()[0] == 200
        sending.join()


def test_who_goes_away_takes_nobody_along(address: str) -> None:
    for _ in range(20):
        with Talking(address) as talking:
            talking.say(*[asked()] * 30)
    with Talking(address) as last:
        last.say(asked())
        assert last.hear()[0] == 200


def _alike(answer: Answer) -> Answer:
    status, headers, body = answer
    unlike = {"date", "x-request-id"}
    comparable = {name: value for name, value in headers.items() if name not in unlike}
    if body.startswith(b"{"):
        body = json.dumps({**json.loads(body), "request_id": None}).encode()
    return status, comparable, body
