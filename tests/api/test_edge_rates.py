"""How often one may ask: a token when the operator says so, an address without a valid one always."""

from typing import Never

import pytest

from service.store.sql.engine import Database
from service.usecases.registry import nouns
from tests.api.edged import BEARER, edged, kind
from tests.conftest import FixedClock
from tests.contract.operations import problem

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
WRONG = {"Authorization": "Bearer wrong"}


def test_without_a_limit_a_token_asks_as_often_as_it_likes(db: Database, clock: FixedClock) -> None:
    with edged(db, clock) as client:
        for _ in range(150):
            answer = client.get("/v1/people", headers=BEARER)
            assert answer.status_code == 200
        assert not {"ratelimit", "ratelimit-policy", "retry-after"} & set(answer.headers)


def test_a_token_is_told_what_it_has_left_and_when_it_has_none(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, RATE_LIMIT="3/minute") as client:
        for left in (2, 1, 0):
            answer = client.get("/v1/people", headers=BEARER)
            assert answer.status_code == 200
            assert answer.headers["RateLimit-Policy"] == '"requests";q=3;w=60'
            assert answer.headers["RateLimit"] == f'"requests";r={left};t={60 if left == 2 else 50}'
            if left == 2:
                clock.move(seconds=10)
        clock.move(seconds=0.5)
        answer = client.get("/v1/people", headers=BEARER)
        problem(answer, 429)
        assert kind(answer) == "too-many-requests"
        assert answer.headers["Retry-After"] == "50"
        assert answer.headers["RateLimit"] == '"requests";r=0;t=50'
        clock.move(seconds=50)
        assert client.get("/v1/people", headers=BEARER).headers["RateLimit"] == '"requests";r=2;t=60'


def test_refusals_and_faults_say_what_is_left_too(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Never:
        raise RuntimeError

    monkeypatch.setattr(nouns, "listed", fail)
    with edged(db, clock, RATE_LIMIT="9/minute") as client:
        asked = (("GET", "/v1/nothing", 404), ("BREW", "/v1/people", 405), ("POST", "/v1/people", 422))
        for left, (method, path, status) in enumerate((*asked, ("GET", "/v1/people", 500))):
            answer = client.request(method, path, headers=BEARER)
            problem(answer, status)
            assert answer.headers["RateLimit"] == f'"requests";r={8 - left};t=60'


def test_what_needs_no_token_has_no_limit(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, RATE_LIMIT="1/minute", FAILED_LOGIN_LIMIT="1/minute") as client:
        for _ in range(3):
            for path in ("/livez", "/readyz", "/docs", "/openapi.json"):
                answer = client.get(path, headers=BEARER)
                assert answer.status_code == 200
                assert "ratelimit" not in answer.headers


def test_each_token_has_a_limit_of_its_own(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, RATE_LIMIT="2/minute") as client:
        bot = {"name": "Nightly build", "role": "bot"}
        made = client.post("/v1/tokens", json=bot, headers=BEARER).json()["token"]
        client.get("/v1/people", headers=BEARER)
        assert client.get("/v1/people", headers=BEARER).status_code == 429
        answer = client.get("/v1/me", headers={"Authorization": f"Bearer {made}"})
        assert (answer.status_code, answer.headers["RateLimit"]) == (200, '"requests";r=1;t=60')


def test_failing_again_and_again_is_answered_with_a_pause(db: Database, clock: FixedClock) -> None:
    with edged(db, clock) as client:
        for n in range(100):
            problem(client.get("/v1/people", headers=WRONG if n % 2 else {}), 401)
        for path in ("/v1/people", "/v1/nothing"):
            answer = client.get(path, headers=WRONG)
            problem(answer, 429)
            assert answer.headers["Retry-After"] == "60"
            assert "www-authenticate" not in answer.headers
        clock.move(seconds=60)
        problem(client.get("/v1/people", headers=WRONG), 401)


def test_a_valid_token_is_taken_whatever_others_did_from_its_address(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, FAILED_LOGIN_LIMIT="2/hour") as client:
        for _ in range(5):
            client.get("/v1/people", headers=WRONG)
        problem(client.get("/v1/people", headers=WRONG), 429)
        assert client.get("/v1/people", headers=BEARER).status_code == 200
        problem(client.get("/v1/people", headers=WRONG), 429)


def test_another_address_may_still_fail(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, FAILED_LOGIN_LIMIT="1/hour") as client:
        client.get("/v1/people")
        problem(client.get("/v1/people"), 429)
        client._transport.client = ("192.0.2.8", 50_000)
        problem(client.get("/v1/people"), 401)
