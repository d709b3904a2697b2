"""Polls answered in front of routing: the same answers as the normal route gives, from one row."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_api, create_app
from service.store.sql.engine import Database
from service.usecases.operations.bootstrap import prepare
from tests.client import Client
from tests.conftest import KEYRING, TOKEN, FixedClock, World
from tests.gateproof import Body, Gateproof
from tests.worlds import ready_at_g1

PATH = "/v1/concepts/tariff-radar/readiness"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def starting_state() -> World:
    return ready_at_g1


@pytest.fixture
def gateproof(gateproof: Gateproof) -> Gateproof:
    """After a first request, which notes that the token is used: the next poll is answered in front."""
    gateproof.get("/people")
    return gateproof


@pytest.fixture
def long_way(db: Database, clock: FixedClock) -> Iterator[TestClient]:
    """The same service without the room."""
    other = Database(db.engine.url.render_as_string(hide_password=False), KEYRING)
    with Client(create_api(other, clock), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def elsewhere(db: Database, clock: FixedClock) -> Iterator[Gateproof]:
    """Another process on the same database."""
    other = Database(db.engine.url.render_as_string(hide_password=False), KEYRING)
    with Client(create_app(other, clock), headers=HEADERS, raise_server_exceptions=False) as made:
        yield Gateproof(made, clock)


def bot(gateproof: Gateproof, **fields: Any) -> Body:
    return gateproof.post("/tokens", {"name": "ci", "role": "bot", "expires_in_days": 30} | fields)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_an_unchanged_poll_reads_nothing_but_how_far_the_log_is(
    gateproof: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = gateproof.client.get(PATH)
    assert gateproof.client.get(PATH).json() == first.json()

    def refuse(*_: object) -> None:
        raise AssertionError("read more than one row")

    monkeypatch.setattr(Database, "reading", refuse)
    again = gateproof.client.get(PATH)
    assert (again.status_code, again.content) == (200, first.content)
    known = gateproof.client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PATH, {}),
        (PATH, {"If-None-Match": "*"}),
        (PATH, {"If-None-Match": '"other", W/"another"'}),
        (f"{PATH}?require=ready", {}),
        ("/v1/concepts/nobody/readiness", {}),
        ("/v1/concepts/no%2Fbody/readiness", {}),
        ("/v1/concepts/no%00body/readiness", {}),
        (f"{PATH}?gate=G9", {}),
        (f"{PATH}?as_of=2027-03-01T00:00:00Z", {}),
        (f"{PATH}?as_of=2027-03-01T01:00:00%2B01:00", {}),
        (f"{PATH}?as_of=2026-11-21T00:00:00Z", {}),
        (f"{PATH}?as_of=2027-03-01T00:00:00Z&as_of=2027-03-02T00:00:00Z", {}),
        (f"{PATH}?as_of=2027-03-01T00:00:00Z&gate=G1", {}),
        (f"{PATH}?as_of=2027-03-01", {}),
        (f"{PATH}?as_of=&", {}),
        (PATH, {"Authorization": "Bearer gp_nobodys"}),
        (PATH, {"Authorization": "Basic eA=="}),
        (PATH, {"X-Request-Id": "mine"}),
        (PATH, {"X-Many": "x" * 20_000}),
    ],
)
def test_it_answers_what_the_long_way_answers(
    gateproof: Gateproof, long_way: TestClient, path: str, headers: dict[str, str]
) -> None:
    gateproof.client.get(PATH)
    here = gateproof.client.get(path, headers=headers)
    there = long_way.get(path, headers={**HEADERS, **headers})
    assert here.status_code == there.status_code
    assert _stripped(here.headers) == _stripped(there.headers)
    assert _without_id(here) == _without_id(there)


def test_of_any_instant_it_answers_what_the_long_way_answers(
    gateproof: Gateproof, long_way: TestClient, clock: FixedClock
) -> None:
    """Before the last event too, though there it knows better than to answer itself."""
    latest = clock()
    clock.move(days=3)
    gateproof.readiness()
    for hours in (-1, 0, 1, 71, 72, 73, 10_000):
        instant = (latest + timedelta(hours=hours)).isoformat()
        here = gateproof.client.get(PATH, params={"as_of": instant})
        there = long_way.get(PATH, params={"as_of": instant}, headers=HEADERS)
        assert here.content == there.content
        assert _stripped(here.headers) == _stripped(there.headers)


def test_once_an_instant_was_asked_about_no_event_is_read_again(
    gateproof: Gateproof, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move(days=3)
    for _ in range(2):  # the first notes that the token is used, and goes through the routes
        gateproof.readiness(as_of=clock().isoformat())
    # Written after the snapshot, which the poll put off.
    gateproof.post("/people", {"key": "somebody", "name": "Somebody", "function": "sales"})
    monkeypatch.setattr("service.usecases.verdicts.cases.history", None)
    for days in range(3):
        assert gateproof.readiness(as_of=(clock() - timedelta(days=days)).isoformat())["ready"]


def test_bots_get_their_shape(gateproof: Gateproof, long_way: TestClient) -> None:
    headers = bearer(bot(gateproof)["token"])
    for _ in range(3):
        here = gateproof.client.get(PATH, headers=headers)
    there = long_way.get(PATH, headers=headers)
    assert here.content == there.content
    assert "statement" not in here.text


def test_what_another_process_wrote_is_seen_at_once(gateproof: Gateproof, elsewhere: Gateproof) -> None:
    before = gateproof.readiness()
    elsewhere.readiness()
    citation = elsewhere.get("/concepts/tariff-radar/citations")["items"][0]["id"]
    elsewhere.withdraw(citation)
    assert before["ready"]
    assert not gateproof.readiness()["ready"]
    assert gateproof.readiness() == elsewhere.readiness()


def test_what_matters_to_others_only_leaves_the_answer_as_it_is(
    gateproof: Gateproof, elsewhere: Gateproof
) -> None:
    before = gateproof.client.get(PATH)
    elsewhere.concept("another")
    elsewhere.customer("somebody", segment="another")
    elsewhere.talk("somebody")
    assert gateproof.client.get(PATH).content == before.content


def test_time_alone_changes_it_at_its_instant(gateproof: Gateproof, clock: FixedClock) -> None:
    verdict = gateproof.readiness()
    clock.instant = datetime.fromisoformat(verdict["passes_until"]) - timedelta(microseconds=1)
    assert gateproof.readiness()["ready"]
    clock.move(microseconds=1)
    assert not gateproof.readiness()["ready"]


def test_a_token_that_is_revoked_elsewhere_opens_nothing(gateproof: Gateproof, elsewhere: Gateproof) -> None:
    made = bot(gateproof)
    for _ in range(3):
        assert gateproof.client.get(PATH, headers=bearer(made["token"])).status_code == 200
    elsewhere.post(f"/tokens/{made['id']}/revoke", {}, 200)
    assert gateproof.client.get(PATH, headers=bearer(made["token"])).status_code == 401


def test_a_token_that_did_not_stand_opens_once_it_stands_again(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    def comes_in(token: str) -> bool:
        return all(gateproof.client.get(PATH, headers=bearer(token)).status_code == 200 for _ in range(3))

    prepare(db, clock, "of-the-environment")
    assert comes_in("of-the-environment")
    prepare(db, clock, TOKEN)
    assert not comes_in("of-the-environment")
    prepare(db, clock, "of-the-environment")
    assert comes_in("of-the-environment")
    assert not comes_in(TOKEN)


def test_strangers_are_counted_the_same_in_front_and_behind(gateproof: Gateproof) -> None:
    for n in range(100):
        path = PATH if n % 2 else "/v1/people"
        assert gateproof.client.get(path, headers=bearer(f"nobodys-{n}")).status_code == 401
    for path in (PATH, "/v1/people"):
        answer = gateproof.client.get(path, headers=bearer("nobodys"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


def test_a_token_ends_at_its_instant(gateproof: Gateproof, clock: FixedClock) -> None:
    made = bot(gateproof, expires_in_days=1)
    ends = datetime.fromisoformat(made["expires_at"])
    for before, status in ((timedelta(microseconds=1), 200), (timedelta(), 401)):
        clock.instant = ends - before
        for _ in range(2):
            assert gateproof.client.get(PATH, headers=bearer(made["token"])).status_code == status


def test_what_is_elsewhere_answers_as_what_is_nowhere(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    headers = bearer(bot(gateproof, portfolios=["water"])["token"])
    gateproof.client.get(PATH)
    for _ in range(3):
        foreign = gateproof.client.get(PATH, headers=headers)
        ghost = gateproof.client.get("/v1/concepts/ghost/readiness", headers=headers)
        assert foreign.status_code == ghost.status_code == 404
        assert _without_id(foreign) == _without_id(ghost)


def test_the_use_of_a_token_is_noted_here_too(gateproof: Gateproof, clock: FixedClock) -> None:
    made = bot(gateproof)
    for hours in (0, 2):
        clock.move(hours=hours)
        for _ in range(3):
            gateproof.client.get(PATH, headers=bearer(made["token"]))
        noted = gateproof.get(f"/tokens/{made['id']}")["last_used_at"]
        assert datetime.fromisoformat(noted) == clock.instant


def _stripped(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "x-request-id"}


def _without_id(answer: Any) -> Any:
    if not answer.content.startswith(b"{"):
        return answer.content
    return {name: value for name, value in answer.json().items() if name != "request_id"}
