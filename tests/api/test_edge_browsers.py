"""What browsers are told, and which pages may ask from elsewhere."""

import pytest

from service.store.sql.engine import Database
from tests.api.edged import BEARER, edged
from tests.conftest import FixedClock
from tests.contract.operations import operations, problem

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
BOARD = "https://board.example:8443"
SENT = "authorization,content-type,idempotency-key,if-match,if-none-match,x-request-id"


def asked_first(origin: str, method: str = "PATCH", headers: str = SENT) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }


def test_every_answer_tells_browsers_to_be_careful(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, CORS_ORIGINS=BOARD) as client:
        answers = [
            client.get(path) for path in ("/livez", "/docs", "/v1/people", "/nothing", "/problems/busy")
        ]
        answers.append(client.get("/livez?token=x"))
        answers.append(client.options("/v1/people", headers=asked_first(BOARD)))
        for answer in answers:
            headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "camera=()" in headers["Permissions-Policy"]
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert headers["X-Request-Id"]
            assert "Strict-Transport-Security" not in headers


def test_whoever_came_over_tls_is_told_to_stay(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, base_url="https://gateproof.example") as client:
        for path in ("/livez", "/docs", "/v1/people"):
            assert client.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_no_page_elsewhere_may_ask_unless_the_operator_says_so(db: Database, clock: FixedClock) -> None:
    with edged(db, clock) as client:
        problem(client.options("/v1/people", headers=asked_first(BOARD)), 401)
        problem(client.options("/v1/people", headers=asked_first(BOARD) | BEARER), 405)
        answer = client.get("/v1/people", headers=BEARER | {"Origin": BOARD})
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_page_of_a_named_origin_may_ask(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, CORS_ORIGINS=f"https://other.example, {BOARD}") as client:
        for method in {operation.method for operation in operations()}:
            before = client.options("/v1/people", headers=asked_first(BOARD, method))
            assert before.status_code == 200
            assert before.headers["Access-Control-Allow-Origin"] == BOARD
            assert "access-control-allow-credentials" not in before.headers
        answer = client.get("/v1/people", headers=BEARER | {"Origin": BOARD})
        assert answer.headers["Access-Control-Allow-Origin"] == BOARD
        shown = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        assert shown == {
            *("ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"),
        }
        assert "Origin" in answer.headers["Vary"]


def test_a_page_of_a_named_origin_reads_refusals_too(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, CORS_ORIGINS=BOARD, FAILED_LOGIN_LIMIT="1/hour") as client:
        for path, status in (("/v1/people", 401), ("/v1/people", 429), ("/v1/people?token=x", 400)):
            answer = client.get(path, headers={"Origin": BOARD})
            problem(answer, status)
            assert answer.headers["Access-Control-Allow-Origin"] == BOARD


def test_a_page_of_another_origin_may_not(db: Database, clock: FixedClock) -> None:
    with edged(db, clock, CORS_ORIGINS=BOARD) as client:
        for origin in ("https://evil.example", f"{BOARD}.evil.example", "http://board.example:8443", "null"):
            before = client.options("/v1/people", headers=asked_first(origin))
            assert before.status_code == 400
            answer = client.get("/v1/people", headers=BEARER | {"Origin": origin})
            for refused in (before, answer):
                assert "access-control-allow-origin" not in refused.headers
