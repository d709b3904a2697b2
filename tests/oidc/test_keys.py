"""An issuer's keys: fetched rarely, bounded in every way, kept while the issuer is down."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from jwt.algorithms import RSAAlgorithm

from service.oidc.fetching import MAX_BYTES, Unusable, fetch
from service.oidc.jwks import signing_keys
from service.oidc.keys import COOL_DOWN, FRESH, STALE, IssuerKeys
from service.oidc.trust import Issuer, Rule
from tests.conftest import START, FixedClock
from tests.oidc.issuer import CONFIGURATION, LoopbackIssuer, answer, ec_key, jwk_of, rsa_key

RULE = Rule(when={"project_id": ("1",)}, role="bot", portfolios=None)


def keys_of(issuer: LoopbackIssuer, **fields: Any) -> IssuerKeys:
    trusted = Issuer(issuer=issuer.url, audience="gateproof", use="ci", rules=(RULE,), **fields)
    return IssuerKeys(trusted, seconds=0.5)


@pytest.fixture
def issuer() -> Iterator[LoopbackIssuer]:
    made = LoopbackIssuer()
    yield made
    made.close()


@pytest.fixture
def keys(issuer: LoopbackIssuer) -> IssuerKeys:
    return keys_of(issuer)


def down(request: BaseHTTPRequestHandler) -> None:
    answer(request, b"", status=503)


def test_keys_are_found_by_discovery_and_kept(
    issuer: LoopbackIssuer, keys: IssuerKeys, clock: FixedClock
) -> None:
    assert keys.find("good", clock()) is not None
    clock.move(seconds=FRESH.total_seconds() - 1)
    assert keys.find("good", clock()) is not None
    assert issuer.asked == [CONFIGURATION, "/jwks"]
    clock.move(seconds=1)
    assert keys.find("good", clock()) is not None
    assert len(issuer.asked) == 4


def test_a_configured_address_of_the_keys_needs_no_discovery(issuer: LoopbackIssuer) -> None:
    assert keys_of(issuer, jwks_uri=f"{issuer.url}/keys").find("good", START) is not None
    assert issuer.asked == ["/keys"]


def test_a_storm_of_unknown_keys_asks_the_issuer_once_per_cool_down(
    issuer: LoopbackIssuer, keys: IssuerKeys, clock: FixedClock
) -> None:
    for asked in (1, 2, 3):
        with ThreadPoolExecutor(20) as pool:
            results = list(pool.map(lambda n: keys.find(f"unknown-{n}", clock()), range(200)))
        assert set(results) == {None}
        assert issuer.asked.count("/jwks") == asked
        clock.move(seconds=COOL_DOWN.total_seconds())


def test_many_who_come_first_wait_for_one_fetch(issuer: LoopbackIssuer, keys: IssuerKeys) -> None:
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: keys.find("good", START), range(100)))
    assert None not in results
    assert issuer.asked.count("/jwks") == 1


def test_a_new_key_serves_after_the_cool_down(
    issuer: LoopbackIssuer, keys: IssuerKeys, clock: FixedClock
) -> None:
    keys.find("good", clock())
    issuer.keys.append(jwk_of(rsa_key("new"), "new"))
    assert keys.find("new", clock()) is None
    clock.move(seconds=COOL_DOWN.total_seconds())
    assert keys.find("new", clock()) is not None


def test_a_key_that_was_taken_back_serves_no_longer(
    issuer: LoopbackIssuer, keys: IssuerKeys, clock: FixedClock
) -> None:
    keys.find("good", clock())
    issuer.keys = [jwk_of(rsa_key("new"), "new")]
    clock.move(seconds=FRESH.total_seconds())
    assert keys.find("good", clock()) is None


def test_old_keys_serve_for_a_while_when_the_issuer_is_down(
    issuer: LoopbackIssuer, keys: IssuerKeys, clock: FixedClock
) -> None:
    keys.find("good", clock())
    issuer.answers["/jwks"] = down
    clock.move(seconds=STALE.total_seconds() - 1)
    assert keys.find("good", clock()) is not None
    clock.move(seconds=1)
    assert keys.find("good", clock()) is None


def test_an_issuer_that_is_down_is_asked_once_per_cool_down(
    issuer: LoopbackIssuer, keys: IssuerKeys, clock: FixedClock
) -> None:
    issuer.answers[CONFIGURATION] = down
    for _ in range(10):
        assert keys.find("good", clock()) is None
    assert issuer.asked == [CONFIGURATION]
    del issuer.answers[CONFIGURATION]
    clock.move(seconds=COOL_DOWN.total_seconds())
    assert keys.find("good", clock()) is not None


def test_a_clock_set_back_keeps_nothing_for_longer(issuer: LoopbackIssuer, keys: IssuerKeys) -> None:
    keys.find("good", START)
    assert keys.find("good", START - timedelta(days=1)) is not None
    assert issuer.asked.count("/jwks") == 2


def test_who_has_an_old_key_does_not_wait_for_a_slow_issuer(issuer: LoopbackIssuer, keys: IssuerKeys) -> None:
    keys.find("good", START)
    asked, go_on = threading.Event(), threading.Event()

    def slow(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        go_on.wait(5)
        down(request)

    issuer.answers[CONFIGURATION] = slow
    first = threading.Thread(target=keys.find, args=("good", START + FRESH))
    first.start()
    assert asked.wait(5)
    began = time.monotonic()
    assert keys.find("good", START + FRESH) is not None
    assert time.monotonic() - began < 0.3
    go_on.set()
    first.join()


def test_a_configuration_of_another_issuer_is_refused(issuer: LoopbackIssuer, keys: IssuerKeys) -> None:
    document = {"issuer": "https://evil.test", "jwks_uri": f"{issuer.url}/jwks"}
    issuer.answers[CONFIGURATION] = lambda request: answer(request, json.dumps(document).encode())
    assert keys.find("good", START) is None
    assert issuer.asked == [CONFIGURATION]


@pytest.mark.parametrize("uri", ["http://192.0.2.1/jwks", "file:///etc/passwd", None, 7, "https://u@host/k"])
def test_keys_are_not_sought_at_an_unsafe_address(issuer: LoopbackIssuer, keys: IssuerKeys, uri: Any) -> None:
    document = {"issuer": issuer.url, "jwks_uri": uri}
    issuer.answers[CONFIGURATION] = lambda request: answer(request, json.dumps(document).encode())
    assert keys.find("good", START) is None


@pytest.mark.parametrize("name", ["https://issuer.test", "https://issuer.test/"])
def test_a_public_issuer_has_no_keys_on_this_machine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    asked = []

    def fetched(url: str, _: float) -> dict[str, Any]:
        asked.append(url)
        return {"issuer": name, "jwks_uri": "http://127.0.0.1/jwks", "keys": [GOOD]}

    monkeypatch.setattr("service.oidc.keys.fetch", fetched)
    trusted = Issuer(issuer=name, audience="gateproof", use="ci", rules=(RULE,))
    assert IssuerKeys(trusted).find("good", START) is None
    assert asked == ["https://issuer.test/.well-known/openid-configuration"]


def test_this_machine_is_reached_without_a_proxy(
    issuer: LoopbackIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert fetch(f"{issuer.url}/jwks")["keys"]


def redirecting(request: BaseHTTPRequestHandler) -> None:
    answer(request, b"", status=302, Location="/elsewhere")


def too_large(request: BaseHTTPRequestHandler) -> None:
    answer(request, b'{"keys": [' + b" " * MAX_BYTES + b"]}")


def too_slow(request: BaseHTTPRequestHandler) -> None:
    time.sleep(1)


def dripping(request: BaseHTTPRequestHandler) -> None:
    """Each piece comes in time; all of it never does."""
    request.send_response(200)
    request.send_header("Content-Length", "100")
    request.end_headers()
    with suppress(OSError):
        for _ in range(8):
            request.wfile.write(b" ")
            time.sleep(0.1)


def dripping_headers(request: BaseHTTPRequestHandler) -> None:
    with suppress(OSError):
        for sign in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"." * 20:
            request.wfile.write(bytes([sign]))
            request.wfile.flush()
            time.sleep(0.1)


def cut_off(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "100")
    request.end_headers()
    request.wfile.write(b'{"keys": ')


FAULTS = {
    "status 302": redirecting,
    "too large": too_large,
    "too slow": dripping,
    "too slow|unreachable": too_slow,
    "too slow(?#headers)": dripping_headers,
    "status 503": down,
    "unreachable": cut_off,
    "no JSON object": lambda request: answer(request, b"[]"),
}


@pytest.mark.parametrize(("fault", "behaviour"), FAULTS.items(), ids=FAULTS)
def test_an_unusable_answer_is_refused_in_time(issuer: LoopbackIssuer, fault: str, behaviour: Any) -> None:
    issuer.answers["/jwks"] = behaviour
    began = time.monotonic()
    with pytest.raises(Unusable, match=fault):
        fetch(f"{issuer.url}/jwks", 0.4)
    assert time.monotonic() - began < 0.9
    assert issuer.asked == ["/jwks"]


def test_discovery_and_keys_have_one_time_limit_together(issuer: LoopbackIssuer, keys: IssuerKeys) -> None:
    def late(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        answer(request, json.dumps(issuer.answer_at(request.path)).encode())

    issuer.answers = {CONFIGURATION: late, "/jwks": late}
    began = time.monotonic()
    assert keys.find("good", START) is None
    assert time.monotonic() - began < 0.58


def test_an_issuer_that_was_given_up_is_read_from_no_longer(issuer: LoopbackIssuer) -> None:
    issuer.answers["/jwks"] = dripping_headers
    with pytest.raises(Unusable, match="too slow"):
        fetch(f"{issuer.url}/jwks", 0.2)
    left = [each for each in threading.enumerate() if each.name == "oidc"]
    for each in left:
        each.join(1)
    assert not [each for each in left if each.is_alive()]


def test_nobody_there_is_unusable() -> None:
    with pytest.raises(Unusable, match="unreachable"):
        fetch("http://127.0.0.1:1/jwks", 0.4)


def test_keys_that_share_a_kid_are_passed_over() -> None:
    jwks = [jwk_of(rsa_key("good"), "a"), jwk_of(rsa_key("foreign"), "a"), jwk_of(rsa_key("new"), "b")]
    assert set(signing_keys({"keys": jwks}, ["RS256"])) == {"b"}


GOOD = jwk_of(rsa_key("good"), "good")
PASSED_OVER: dict[str, dict[str, Any]] = {
    "a symmetric key": {"kty": "oct", "kid": "x", "k": "c2VjcmV0", "alg": "HS256"},
    "a key for encryption": jwk_of(rsa_key("new"), "x", use="enc"),
    "a key that may not verify": jwk_of(rsa_key("new"), "x", key_ops=["encrypt"]),
    "a key for another algorithm": jwk_of(rsa_key("new"), "x", alg="PS256"),
    "a key of another kind": jwk_of(ec_key("e"), "x"),
    "a private key": RSAAlgorithm.to_jwk(rsa_key("new"), as_dict=True) | {"kid": "x", "key_ops": ["verify"]},
    "a short key": jwk_of(rsa_key("short", 1024), "x"),
    "a broken key": {"kty": "RSA", "kid": "x", "n": "!", "e": 3},
    "a key without a name": {name: value for name, value in GOOD.items() if name != "kid"},
    "a name that is a number": {**GOOD, "kid": 7},
}


@pytest.mark.parametrize("jwk", PASSED_OVER.values(), ids=PASSED_OVER)
def test_a_key_that_does_not_serve_is_passed_over(jwk: dict[str, Any]) -> None:
    assert set(signing_keys({"keys": [jwk, GOOD, "no key"]}, ["RS256"])) == {"good"}
    with pytest.raises(Unusable, match="no key that serves"):
        signing_keys({"keys": [jwk]}, ["RS256"])


def test_a_key_on_another_curve_is_passed_over() -> None:
    jwk = jwk_of(generate_private_key(SECP384R1()), "x")
    with pytest.raises(Unusable, match="no key that serves"):
        signing_keys({"keys": [jwk]}, ["ES256"])


def test_more_keys_than_anybody_needs_are_refused() -> None:
    with pytest.raises(Unusable, match="too many keys"):
        signing_keys({"keys": [GOOD] * 21}, ["RS256"])


def test_a_document_without_keys_is_refused() -> None:
    with pytest.raises(Unusable, match="no keys"):
        signing_keys({"error": "down"}, ["RS256"])
