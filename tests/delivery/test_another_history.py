"""A cursor of a history that another one has replaced is refused: of the log, and of the stream."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from service.store.notify import notices
from service.store.sql.engine import Database
from service.usecases.paging import pack
from tests.api.test_another_history import Standby, standby
from tests.conftest import FixedClock, World
from tests.contract.operations import one_error
from tests.delivery.test_stream import poll
from tests.gateproof import Gateproof
from tests.worlds import ready_at_g1

__all__ = ["standby"]


@pytest.fixture
def starting_state() -> World:
    return ready_at_g1


def resume(gateproof: Gateproof) -> str:
    return str(gateproof.get("/events", limit=200)["resume"])


def is_refused(client: TestClient, cursor: str, **headers: str) -> None:
    path = "/v1/stream" if headers else f"/v1/events?cursor={quote(cursor)}"
    problem = client.get(path, headers=headers)
    assert problem.json()["type"] == "/problems/cursor-of-another-history"
    one_error(problem, 410, "header.Last-Event-ID" if headers else "query.cursor")


@pytest.mark.parametrize("more", [0, 1, 5])
def test_a_cursor_of_a_log_that_is_gone_is_refused(gateproof: Gateproof, standby: Standby, more: int) -> None:
    """However long the log is that took its place."""
    common = resume(gateproof)
    gateproof.customer("lost")
    lost = resume(gateproof)
    for n in range(more):
        standby.gateproof.customer(f"new-{n}")
    there = resume(standby.gateproof)

    standby.take_over()

    is_refused(gateproof.client, lost)
    assert len(gateproof.get("/events", cursor=common)["items"]) == more
    assert gateproof.get("/events", cursor=there)["items"] == []


def test_what_an_older_release_gave_is_taken_where_the_log_is_long_enough(gateproof: Gateproof) -> None:
    """It says no digests."""
    gateproof.customer("known")
    pairs: list[tuple[int, int]] = [(2, len(gateproof.events()))]
    gateproof.customer("new")
    page = gateproof.get("/events", cursor=pack("events", pairs), portfolio="energy")
    assert len(page["items"]) == 1
    is_refused(gateproof.client, pack("events", [(2, pairs[0][1] + 2)]))
    is_refused(gateproof.client, pack("events", [(2, 1), (77, 1)]))


def withdraw_one(gateproof: Gateproof, decision: int) -> None:
    gateproof.withdraw(gateproof.get("/concepts/tariff-radar/citations")["items"][decision]["id"])


def told(gateproof: Gateproof, last: str | None = None) -> list[str]:
    return [each.type for each in poll(gateproof.client, last)]


def last_told(gateproof: Gateproof) -> str:
    """The id of a message, after another one."""
    [here] = poll(gateproof.client)
    withdraw_one(gateproof, 0)
    *_, event = poll(gateproof.client, here.id)
    assert event.type == "readiness.blocked"
    return event.id


def test_an_id_of_a_stream_that_is_gone_is_refused(
    gateproof: Gateproof, standby: Standby, clock: FixedClock
) -> None:
    """Both began alike and have as many messages, of the same at another instant."""
    lost = last_told(gateproof)
    clock.move(minutes=1)
    there = last_told(standby.gateproof)

    standby.take_over()

    is_refused(gateproof.client, lost, **{"Last-Event-ID": lost})
    assert told(gateproof, there) == [""]


def test_an_id_beyond_the_end_of_the_stream_is_refused(gateproof: Gateproof, standby: Standby) -> None:
    lost = last_told(gateproof)
    standby.take_over()
    is_refused(gateproof.client, lost, **{"Last-Event-ID": lost})
    assert told(gateproof) == [""]


def test_the_last_message_of_a_portfolio_stays_for_whoever_comes_back(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    [here] = poll(gateproof.client)
    withdraw_one(gateproof, 0)
    clock.move(hours=1)
    gateproof.cite(gateproof.talk(), "problem")
    [_, first, last] = poll(gateproof.client, here.id)
    clock.move(days=1)
    with db.writing() as tx:
        assert notices.purge(tx, clock()) == 1
    assert told(gateproof, last.id) == [""]
    is_refused(gateproof.client, first.id, **{"Last-Event-ID": first.id})
