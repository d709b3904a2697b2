"""What is refused before anybody looks into it: too large, too long, or with a token in the address."""

import logging

import pytest
from fastapi.testclient import TestClient

from service.api.middleware.request_limits import MAX_ADDRESS_BYTES, MAX_HEADER_BYTES, MAX_HEADER_LINES
from service.domain.access.token_form import token_of
from tests.contract.operations import one_error, problem
from tests.gateproof import Gateproof

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

ANYWHERE = ("/v1/people", "/v1/nothing", "/livez", "/docs", "/openapi.json", "/problems/busy", "/nothing")
OURS = token_of(bytes(range(32)))
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbnlib2R5In0.c2lnbmF0dXJl"
TOKENS = (
    *("access_token=abc", "token=abc", "Token=abc", "api_key=abc", "api-key=abc", "apikey=abc", "token="),
    *("authorization=Bearer%20abc", "%74oken=abc", "limit=5&token=abc", "%20token%20=abc"),
    *(f"q={OURS}", f"cursor={OURS[:-1]}", f"q=Bearer+{OURS}", f"q=Bearer%20{JWT}", f"limit=1&q={JWT}"),
)


def test_headers_of_more_than_sixteen_kibibytes_are_not_looked_into(client: TestClient) -> None:
    for path in ANYWHERE:
        answer = client.get(path, headers={"X-Long": "x" * MAX_HEADER_BYTES})
        assert "16 KiB" in one_error(answer, 431, "header")["rule"]
    assert client.get("/v1/people", headers={"X-Long": "x" * (MAX_HEADER_BYTES - 1000)}).status_code == 200


def test_more_than_a_hundred_lines_of_headers_are_not_looked_into(client: TestClient) -> None:
    for path in ANYWHERE:
        answer = client.get(path, headers={f"X-{n}": "x" for n in range(MAX_HEADER_LINES)})
        assert "100 lines" in one_error(answer, 431, "header")["rule"]
    many = {f"X-{n}": "x" for n in range(MAX_HEADER_LINES - len(client.headers) - 1)}
    assert client.get("/v1/people", headers=many).status_code == 200


def test_an_address_of_more_than_twelve_kibibytes_is_not_looked_into(client: TestClient) -> None:
    for path in ANYWHERE:
        for longer in (f"{path}?cursor=", f"{path}/", f"{path}/%41"):
            answer = client.get(longer.ljust(MAX_ADDRESS_BYTES + 2, "x"))
            assert "12 KiB" in one_error(answer, 414, "path")["rule"]
    encoded = "/v1/people/" + "%41" * (MAX_ADDRESS_BYTES // 3)
    assert client.get(encoded).status_code == 414
    assert client.get("/v1/people/".ljust(MAX_ADDRESS_BYTES, "x")).status_code == 404


def test_the_longest_cursor_is_read(client: TestClient) -> None:
    answer = client.get("/v1/events", params={"cursor": "c" * 8000})
    assert one_error(answer, 422, "query.cursor")["rule"] == "is not a cursor that this list gave"


def test_a_token_in_an_address_is_refused_wherever_and_with_whatever_it_comes(client: TestClient) -> None:
    for authorization in (client.headers["Authorization"], "Bearer wrong"):
        for path in ANYWHERE:
            for query in TOKENS:
                answer = client.post(f"{path}?{query}", headers={"Authorization": authorization})
                remedy = one_error(answer, 400, "query")["remedy"]
                assert "revoke that token" in remedy
                assert "Authorization: Bearer" in remedy
                assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_of_a_token_in_an_address_is_said_or_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    # The client of the tests would log what it asks for.
    logging.getLogger("httpx2").disabled = True
    caplog.set_level(logging.DEBUG)
    for query in (f"token={OURS}", f"q={OURS}", f"q={JWT}", f"{OURS}={OURS}&token=1"):
        answer = client.get(f"/v1/people?{query}")
        problem(answer, 400)
        text = f"{answer.text} {answer.headers} {caplog.text}"
        assert OURS not in text
        assert JWT not in text
    logging.getLogger("httpx2").disabled = False


def test_what_only_looks_a_little_like_a_token_is_read(gateproof: Gateproof) -> None:
    for key in ("gp_energy", "eyJewellery", "eyJ.a", "token", "gp_2026.north-sea_wind"):
        gateproof.post("/portfolios", {"key": key, "name": "Of an odd name"})
        assert gateproof.get("/concepts", portfolio=key)["items"] == []
