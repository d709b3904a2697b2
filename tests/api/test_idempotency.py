"""The same Idempotency-Key is the same write, done once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from fastapi.testclient import TestClient
from httpx2 import Response

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.conftest import FixedClock
from tests.contract.operations import one_error, problem
from tests.contract.story import every_write, tell
from tests.gateproof import Gateproof

KEY = {"Idempotency-Key": "once"}
SHOWN_ONCE = {
    "create_token": "token-shown",
    "rotate_token": "token-shown",
    "create_webhook": "secret-shown",
    "rotate_webhook_secret": "secret-shown",
    "create_badge": "secret-shown",
}
# Their body is {}, and nothing else is taken.
NOTHING_TO_SAY = {"end_leaps", "ping_webhook", "resend_delivery", "revoke_badge"}
ENERGY = {"key": "energy", "name": "Energy data"}


def test_every_write_that_is_sent_again_answers_the_same_and_writes_nothing(gateproof: Gateproof) -> None:
    for write, first in tell(gateproof.client, **KEY):
        known = gateproof.events(portfolio=None)
        again = write.send(gateproof.client, **KEY)
        if write.operation in SHOWN_ONCE:
            assert problem(again, 409)["type"] == f"/problems/{SHOWN_ONCE[write.operation]}"
            assert gateproof.events(portfolio=None) == known, write.operation
            continue
        assert (again.status_code, again.json()) == (first.status_code, first.json()), write.operation
        for header in ("ETag", "Location"):
            assert again.headers.get(header) == first.headers.get(header), write.operation
        assert gateproof.events(portfolio=None) == known, write.operation


def test_every_write_refuses_a_key_that_came_with_another_body(gateproof: Gateproof) -> None:
    other = {operation: write.body for operation, write in every_write("other words").items()}
    other["publish_process"] += "# the same, with a comment"
    other["create_badge"] = {"gate": None}
    for write, _ in tell(gateproof.client, **KEY):
        if write.operation in NOTHING_TO_SAY:
            assert write.body == {}, write.operation
            continue
        known = gateproof.events(portfolio=None)
        changed = write._replace(body=other[write.operation])
        one_error(changed.send(gateproof.client, **KEY), 422, "header.Idempotency-Key")
        assert gateproof.events(portfolio=None) == known, write.operation


def test_a_key_stands_for_one_address_only(client: TestClient) -> None:
    assert client.post("/v1/portfolios", json=ENERGY, headers=KEY).status_code == 201
    people = {"key": "energy", "name": "Energy data", "function": "product"}
    assert client.post("/v1/people", json=people, headers=KEY).status_code == 201
    changed = client.patch("/v1/portfolios/energy", json={"name": "E"}, headers=KEY | {"If-Match": '"1"'})
    assert changed.status_code == 200


def test_a_refused_request_gives_its_key_back(client: TestClient) -> None:
    wrong = {"key": "acme", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
    one_error(client.post("/v1/customers", json=wrong, headers=KEY), 422, "body.portfolio")
    client.post("/v1/portfolios", json=ENERGY)
    assert client.post("/v1/customers", json=wrong, headers=KEY).status_code == 201


def test_a_change_of_a_stale_revision_gives_its_key_back(client: TestClient) -> None:
    client.post("/v1/portfolios", json=ENERGY)
    change = {"name": "Energy"}
    stale = client.patch("/v1/portfolios/energy", json=change, headers=KEY | {"If-Match": '"9"'})
    one_error(stale, 412, "header.If-Match")
    done = [
        client.patch("/v1/portfolios/energy", json=change, headers=KEY | {"If-Match": '"1"'})
        for _ in range(2)
    ]
    assert [answer.headers["ETag"].split("-")[0] for answer in done] == ['"2', '"2']
    assert done[0].headers["ETag"] == done[1].headers["ETag"]


def test_a_refused_go_is_judged_anew(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.post("/concepts/tariff-radar/reviews", GO, 409, **KEY)
    gateproof.ready_at_g1()
    passed = gateproof.post("/concepts/tariff-radar/reviews", GO, 201, **KEY)
    again = gateproof.post("/concepts/tariff-radar/reviews", GO, 201, **KEY)
    assert again == passed
    assert len(gateproof.get("/concepts/tariff-radar/reviews")["items"]) == 2


GO = {"gate": "G1", "outcome": "go", "rationale": "They told us so."}


def test_a_key_is_forgotten_after_a_day(client: TestClient, clock: FixedClock) -> None:
    client.post("/v1/portfolios", json=ENERGY, headers=KEY)
    clock.move(hours=24)
    assert client.post("/v1/portfolios", json=ENERGY, headers=KEY).status_code == 201
    clock.move(microseconds=1)
    one_error(client.post("/v1/portfolios", json=ENERGY, headers=KEY), 409, "body.key")


def test_of_requests_at_the_same_time_one_writes_and_all_answer_alike(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    gateproof.begin()
    gateproof.customer("acme")
    talk = {"portfolio": "energy", "kind": "interview", "held_at": "2026-11-03T09:00:00Z"}
    talk |= {"customer": "acme", "summary": "They told us."}
    known, at_once = len(gateproof.events()), Barrier(6)

    with TestClient(create_app(db, clock), headers=gateproof.client.headers) as many:

        def record(_: int) -> Response:
            at_once.wait()
            return many.post("/v1/conversations", json=talk, headers=KEY)

        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(record, range(6)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert len(gateproof.events()) == known + 1


def test_a_key_is_visible_text_of_sane_length(client: TestClient) -> None:
    for wrong in ("", "k" * 256, "é", "a\tb"):
        headers = {"Idempotency-Key": wrong.encode("latin-1")}
        one_error(client.post("/v1/portfolios", json=ENERGY, headers=headers), 422, "header.Idempotency-Key")
    assert client.get("/v1/portfolios").json()["items"] == []
