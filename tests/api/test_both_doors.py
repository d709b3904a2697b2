"""However headers are written, polls are answered as the normal route answers them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.types import ASGIApp

from service.api.app import create_api, create_app
from service.api.fast.inline_protocol import InlineProtocol
from service.edge_settings import edge_settings_of
from service.store.sql.engine import Database
from tests.api.test_at_once import POLL, Answer, Talking
from tests.check.serving import served
from tests.conftest import KEYRING, TOKEN, FixedClock
from tests.gateproof import Gateproof

Headers = list[tuple[str, str]]

PATIENT = edge_settings_of({"GATEPROOF_FAILED_LOGIN_LIMIT": "1000000/minute"}.get)
ETAG = "the ETag of the verdict"
USUAL: dict[str, str] = {
    "Authorization": f"Bearer {TOKEN}",
    "Host": "gateproof.example",
    "If-None-Match": ETAG,
    "X-Request-Id": "mine",
}
OTHERS: dict[str, str] = {
    "Authorization": "Bearer gp_nobodys",
    "Host": "elsewhere.example",
    "If-None-Match": '"random"',
    "X-Request-Id": "not fit for a log",
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "elsewhere.example",
    "Forwarded": "for=192.0.2.7;proto=https",
    "Accept": "text/html",
    "Accept-Encoding": "gzip",
    "Content-Length": "2000000",
    "Content-Type": "text/plain",
    "Cookie": "a=b",
    "If-Match": '"1"',
    "If-Modified-Since": "Sun, 22 Nov 2026 09:00:00 GMT",
    "Idempotency-Key": "k",
    "Origin": "https://elsewhere.example",
    "Range": "bytes=0-9",
    "traceparent": "00-nothing",
}
SPELT = (
    "bearer {0}",
    "BEARER {0}",
    "Bearer  {0}",
    "Bearer {0} \t",
    "Bearer\t{0}",
    "Bearer {0},",
    "{0}",
    "Bearer",
)


def written() -> Iterator[Headers]:
    """Each header left out, empty, of another value, and twice, in either order."""
    for name in {**USUAL, **OTHERS}:
        usual, other = USUAL.get(name, OTHERS[name]), OTHERS[name]
        rest = [(each, value) for each, value in USUAL.items() if each not in (name, "If-None-Match")]
        for values in (
            [],
            [""],
            [other],
            [usual, usual],
            [usual, other],
            [other, usual],
            ["", usual],
            [usual, ""],
        ):
            if name == "Content-Length" and (len(values) > 1 or "" in values):
                continue  # the server's parser refuses it
            yield [*rest, *((name, value) for value in values)]
    for spelling in SPELT:
        yield [("Host", "gateproof.example"), ("Authorization", spelling.format(TOKEN))]


@contextmanager
def _served(app: ASGIApp) -> Iterator[str]:
    with served(app, InlineProtocol) as address:
        for _ in range(2):  # the first use of a token in an hour is noted
            _ask(address, POLL, [*USUAL.items()])
        yield address


def test_doubled_empty_and_odd_headers(gateproof: Gateproof, db: Database, clock: FixedClock) -> None:
    gateproof.begin()
    url = db.engine.url.render_as_string(hide_password=False)
    here, there = Database(url, KEYRING), Database(url, KEYRING)
    with (
        _served(create_app(here, clock, edge=PATIENT)) as fast,
        _served(create_api(there, clock, edge=PATIENT)) as normal,
    ):
        etag = _ask(normal, POLL, [*USUAL.items()])[1]["etag"]
        apart = []
        for headers in written():
            sent = [(name, value.replace(ETAG, etag)) for name, value in headers]
            for path in (POLL, "/v1/concepts/ghost/readiness", f"{POLL}?as_of="):
                answers = [_alike(_ask(address, path, sent), address) for address in (fast, normal)]
                if answers[0] != answers[1]:
                    apart.append((path, sent, *answers))
    here.close()
    there.close()
    assert [(path, sent, [a[:2] for a in both]) for path, sent, *both in apart] == []


@pytest.mark.parametrize("spelling", SPELT[:4])
def test_a_token_is_looked_up_once_however_it_is_spelt(
    gateproof: Gateproof, db: Database, spelling: str
) -> None:
    app = gateproof.client.app
    authenticator = app.authenticator  # type: ignore[attr-defined]
    for _ in range(2):
        gateproof.client.get("/v1/me")
    known = dict(authenticator._holders)
    for kind in ("", "x"):
        gateproof.client.get("/v1/me", headers={"Authorization": spelling.format(TOKEN) + kind})
    assert list(authenticator._holders) == list(known)


def _ask(address: str, path: str, headers: Headers) -> Answer:
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "Connection: close"]
    with Talking(address) as talking:
        talking.say("\r\n".join([*lines, "", ""]).encode())
        return talking.hear()


def _alike(answer: Answer, address: str) -> tuple[int, dict[str, str], bytes]:
    """But for what differs with each request."""
    status, headers, body = answer
    made = headers.pop("x-request-id").encode()
    headers.pop("date", None)
    headers.pop("content-length", None)
    if address.encode() in body:  # where there is no Host, links say where the server listens
        headers.pop("etag")
    return status, headers, body.replace(made, b"").replace(address.encode(), b"")
