"""After a failover that lost writes, or a restore, nothing that was kept of the other history is answered."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.client import Client
from tests.conftest import KEYRING, TOKEN, FixedClock, State, World
from tests.databases import kind_of
from tests.diverging import take_over
from tests.gateproof import Body, Gateproof
from tests.worlds import ready_at_g1

PATH = "/v1/concepts/tariff-radar/readiness"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def starting_state() -> World:
    return ready_at_g1


class Standby(NamedTuple):
    """Another database that began like the first. `take_over`: puts it in the first one's place."""

    gateproof: Gateproof
    db: Database
    take_over: Callable[[], None]


@pytest.fixture
def standby(
    new_database: Callable[[State], str],
    db: Database,
    gateproof: Gateproof,
    clock: FixedClock,
    request: pytest.FixtureRequest,
) -> Iterator[Standby]:
    url = new_database(ready_at_g1)
    server = None if kind_of(url) == "sqlite" else request.getfixturevalue("postgresql_server")
    other = Database(url, KEYRING)
    with Client(create_app(other, clock), headers=HEADERS, raise_server_exceptions=False) as client:
        told = gateproof.by(client, clock)
        told.cited = told.talks = 100

        def takes_over() -> None:
            other.close()
            take_over(db, url, server)
            for _ in range(5):  # connections that are gone are noticed
                gateproof.client.get("/v1/people")

        yield Standby(told, other, takes_over)
    other.close()


def position(gateproof: Gateproof) -> int:
    return int(gateproof.get("/events", portfolio="energy", limit=200)["items"][-1]["position"])


def cite_more(gateproof: Gateproof) -> None:
    gateproof.cite(gateproof.talk("customer-1"), "problem")


def withdraw_one(gateproof: Gateproof) -> None:
    """As many events."""
    gateproof.withdraw(gateproof.get("/concepts/tariff-radar/citations")["items"][0]["id"])
    gateproof.customer("elsewhere")


def test_a_poll_tells_of_the_history_that_is_there(gateproof: Gateproof, standby: Standby) -> None:
    """At the same position there is less evidence."""
    cite_more(gateproof)
    withdraw_one(standby.gateproof)
    assert position(gateproof) == position(standby.gateproof)
    for _ in range(3):
        before = gateproof.client.get(PATH)
    there = standby.gateproof.client.get(PATH)
    assert before.json()["ready"]
    assert not there.json()["ready"]

    standby.take_over()

    known = gateproof.client.get(PATH, headers={"If-None-Match": before.headers["ETag"]})
    assert (known.status_code, known.json()) == (200, there.json())
    assert gateproof.client.get(PATH).content == there.content


def test_a_case_of_a_history_that_is_gone_is_not_carried_on(gateproof: Gateproof, standby: Standby) -> None:
    """The log that took over has grown on since, by what concerns nobody."""
    cite_more(gateproof)
    withdraw_one(standby.gateproof)
    standby.gateproof.customer("somebody")
    assert position(gateproof) < position(standby.gateproof)
    for _ in range(3):
        assert gateproof.client.get(PATH).json()["ready"]

    standby.take_over()

    assert not gateproof.client.get(PATH).json()["ready"]


def test_a_shorter_log_is_another_one(gateproof: Gateproof, standby: Standby) -> None:
    before = standby.gateproof.client.get(PATH)
    withdraw_one(gateproof)
    for _ in range(3):
        assert not gateproof.client.get(PATH).json()["ready"]

    standby.take_over()

    assert gateproof.client.get(PATH).content == before.content


def bot(gateproof: Gateproof) -> Any:
    return gateproof.post("/tokens", {"name": "ci", "role": "bot", "expires_in_days": 30})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_of_a_history_that_is_gone_opens_nothing(gateproof: Gateproof, standby: Standby) -> None:
    lost, known = bot(gateproof), bot(standby.gateproof)
    for _ in range(3):
        assert gateproof.client.get(PATH, headers=bearer(lost["token"])).status_code == 200
        assert gateproof.client.get(PATH, headers=bearer(known["token"])).status_code == 401

    standby.take_over()

    for path in (PATH, "/v1/people"):
        assert gateproof.client.get(path, headers=bearer(lost["token"])).status_code == 401
    assert gateproof.client.get(PATH, headers=bearer(known["token"])).status_code == 200


def one_gate(talks: int) -> Body:
    heard = {"id": "heard", "at_least": 1, "of": "conversations", "waivable": False}
    often = {"id": "often", "at_least": talks, "of": "customers"}
    decision = {"key": "problem", "title": "The problem", "criteria": [heard, often]}
    return {
        "title": "One gate",
        "gates": [{"key": "G1", "title": "Go", "stage": "b", "decisions": [decision]}],
    }


def test_a_version_of_a_process_is_what_it_says_now(gateproof: Gateproof, standby: Standby) -> None:
    """Both published a first version of the same process."""
    for each, talks in ((gateproof, 0), (standby.gateproof, 7)):
        each.put("/processes/short", one_gate(talks + 1))
        each.concept("radar", process="short")
    before, there = gateproof.readiness("radar"), standby.gateproof.readiness("radar")
    assert before["process"]["version"] == there["process"]["version"]
    assert before["process"]["digest"] != there["process"]["digest"]

    standby.take_over()

    for _ in range(2):
        assert gateproof.readiness("radar") == there


CHANGED = ("/people/pm-1", "/portfolios/energy", "/customers/customer-1", "/concepts/tariff-radar")


def change(gateproof: Gateproof, path: str, etag: str, status: int) -> None:
    name = "title" if path.startswith("/concepts") else "name"
    gateproof.patch(path, {name: "Other"}, status, **{"If-Match": etag})


@pytest.mark.parametrize("path", CHANGED)
def test_a_revision_of_a_history_that_is_gone_is_not_the_one_of_its_number(
    gateproof: Gateproof, standby: Standby, path: str
) -> None:
    for each in (gateproof, standby.gateproof):
        change(each, path, '"1"', 200)
    read = gateproof.client.get(f"/v1{path}")

    standby.take_over()

    there = gateproof.client.get(f"/v1{path}")
    assert there.json()["revision"] == read.json()["revision"]
    change(gateproof, path, read.headers["ETag"], 412)
    change(gateproof, path, there.headers["ETag"], 200)


def test_nor_is_what_a_conversation_a_decision_or_a_gate_was(gateproof: Gateproof, standby: Standby) -> None:
    talk = gateproof.get("/concepts/tariff-radar/citations")["items"][0]["conversation"]
    conversation, decision = f"/conversations/{talk}", "/concepts/tariff-radar/decisions/problem"
    for each, outcome in ((gateproof, "go"), (standby.gateproof, "hold")):
        each.post(f"{conversation}/revisions", {"reason": "Mistyped"}, **{"If-Match": '"1"'})
        each.review("G1", outcome)
        each.restate("problem", "Prices change each hour")
    paths = (conversation, decision, "/concepts/tariff-radar")
    read = [gateproof.client.get(f"/v1{path}") for path in paths]

    standby.take_over()

    there = [gateproof.client.get(f"/v1{path}") for path in paths]
    assert [each.json()["revision"] for each in there] == [each.json()["revision"] for each in read]
    tags = [{"If-Match": each.headers["ETag"]} for each in read]
    gateproof.post(f"{conversation}/revisions", {"reason": "Again"}, 412, **tags[0])
    gateproof.put(decision, {"statement": "Other", "owner": "admin"}, 412, **tags[1])
    hold = {"gate": "G1", "outcome": "hold", "rationale": "Not yet."}
    gateproof.post("/concepts/tariff-radar/reviews", hold, 412, **tags[2])


def test_a_vote_is_on_a_verdict_of_this_history(gateproof: Gateproof, standby: Standby) -> None:
    """At the position that was read another talk is cited."""
    for each in (gateproof, standby.gateproof):
        cite_more(each)
    read, there = gateproof.readiness(), standby.gateproof.readiness()
    assert (read["gate"], read["position"]) == (there["gate"], there["position"])
    keeper = standby.gateproof.gatekeeper()

    standby.take_over()

    def vote(verdict: Body, status: int) -> Body:
        seen = {name: verdict[name] for name in ("gate", "position", "input_digest")}
        body = {"vote": "go", "reason": "Seen.", **seen}
        return gateproof.post("/concepts/tariff-radar/approvals", body, status, **keeper)

    refused = vote(read, 409)
    assert (refused["type"], refused["errors"][0]["field"]) == (
        "/problems/changed-since",
        "body.input_digest",
    )
    assert vote(there, 201)["counts"]
