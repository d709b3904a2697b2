"""A CI system's id token becomes a short-lived token of ours, once; a person's access token serves."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.middleware import authenticator
from service.oidc.access import Oidc
from service.store.sql.engine import Database
from service.store.sql.faults import Busy
from tests.conftest import FixedClock
from tests.gateproof import Gateproof
from tests.oidc.conftest import github, person
from tests.oidc.issuer import LoopbackIssuer

EXCHANGE = "/v1/token-exchange"


@pytest.fixture
def foreign(db: Database, clock: FixedClock, oidc: Oidc, gateproof: Gateproof) -> Iterator[TestClient]:
    """Calls with whatever token a test sends, on a service that trusts the loopback issuers."""
    gateproof.begin()
    with TestClient(create_app(db, clock, oidc=oidc), raise_server_exceptions=False) as made:
        yield made


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_an_id_token_is_exchanged_once(foreign: TestClient, ci: LoopbackIssuer, gateproof: Gateproof) -> None:
    signed = ci.sign(github(ci))

    made = foreign.post(EXCHANGE, json={}, headers=bearer(signed))
    again = foreign.post(EXCHANGE, json={}, headers=bearer(signed))

    assert made.status_code == 201, made.text
    assert (made.json()["role"], made.json()["portfolios"]) == ("bot", ["energy"])
    assert again.status_code == 401
    exchanged = [event for event in gateproof.events(portfolio=None) if event["type"] == "token.exchanged"]
    assert [(event["actor"], event["subject"]) for event in exchanged] == [("bot", made.json()["id"])]


def test_while_somebody_writes_for_too_long_it_is_said_to_try_again(
    foreign: TestClient, ci: LoopbackIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setattr(authenticator, "claim_id", busy)
    answer = foreign.post(EXCHANGE, json={}, headers=bearer(ci.sign(github(ci))))
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/busy")
    assert answer.headers["Retry-After"] == "1"


def test_what_was_made_reads_verdicts_for_a_quarter_of_an_hour(
    foreign: TestClient, ci: LoopbackIssuer, clock: FixedClock
) -> None:
    token = foreign.post(EXCHANGE, json={}, headers=bearer(ci.sign(github(ci)))).json()
    at = "/v1/concepts/tariff-radar/readiness"

    assert foreign.get(at, headers=bearer(token["token"])).json()["verdict"] == "blocked"
    rotated = foreign.post(f"/v1/tokens/{token['id']}/rotate", json={}, headers=bearer(token["token"]))
    assert rotated.status_code == 422
    clock.move(minutes=15)
    assert foreign.get(at, headers=bearer(token["token"])).status_code == 401


def test_an_id_token_opens_nothing_else(foreign: TestClient, ci: LoopbackIssuer) -> None:
    signed = ci.sign(github(ci))
    assert foreign.get("/v1/concepts/tariff-radar/readiness", headers=bearer(signed)).status_code == 401


def test_a_token_of_ours_is_not_exchanged(gateproof: Gateproof) -> None:
    bot = gateproof.post("/tokens", {"name": "Bot", "role": "bot"})
    refused = gateproof.client.post(EXCHANGE, json={}, headers=bearer(bot["token"]))
    assert refused.status_code == 403


def test_a_person_comes_with_the_token_of_their_issuer(
    foreign: TestClient, people: LoopbackIssuer, gateproof: Gateproof
) -> None:
    signed = people.sign(person(people))
    assert foreign.get("/v1/me", headers=bearer(signed)).status_code == 401, "nobody has this key yet"

    gateproof.post("/people", {"key": "bert", "name": "Bert", "function": "product"})
    me = foreign.get("/v1/me", headers=bearer(signed)).json()

    assert (me["person"], me["role"], me["token"]) == ("bert", "product_manager", "oidc")
    assert foreign.get("/v1/portfolios", headers=bearer(signed)).json()["items"][0]["key"] == "energy"


def test_without_configuration_every_foreign_token_is_refused(
    gateproof: Gateproof, ci: LoopbackIssuer
) -> None:
    answer = gateproof.client.post(EXCHANGE, json={}, headers=bearer(ci.sign(github(ci))))
    assert answer.status_code == 401
