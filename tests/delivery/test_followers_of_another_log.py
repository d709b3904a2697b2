"""Followers of a log that another one has replaced: nothing of it is shown, told or kept."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select

from service.store.derived.followers import followers
from service.store.derived.readiness_index import readiness_index
from service.store.derived.subscription_state import subscription_state
from service.store.sql.engine import Database
from service.usecases.notify import projector
from service.usecases.verdicts import readiness_index as catching_up
from service.usecases.verification.verify import verify
from tests.api.test_another_history import Standby, cite_more, standby, withdraw_one
from tests.conftest import FixedClock, World
from tests.delivery.test_stream import poll
from tests.gateproof import Body, Gateproof
from tests.worlds import ready_at_g1

__all__ = ["standby"]
DERIVED = (followers, readiness_index, subscription_state)


@pytest.fixture
def starting_state() -> World:
    return ready_at_g1


def copied(source: Database, target: Database, table: Table) -> None:
    """The rows of one database in the place of those of another, as after a restore of some tables only."""
    with source.reading() as connection:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    with target.writing() as tx:
        tx.execute(delete(table))
        if rows:
            tx.execute(insert(table), rows)


def page(gateproof: Gateproof) -> list[Body]:
    items: list[Body] = gateproof.get("/readiness")["items"]
    return items


def told(gateproof: Gateproof, last: str | None = None) -> list[str]:
    return [each.type for each in poll(gateproof.client, last)][1:]


def after_doing(standby: Standby, work: Callable[..., Any]) -> Callable[..., Any]:
    """The other database takes over once this was worked out, the first time."""
    is_over = False

    def worked_out(*arguments: Any) -> Any:
        nonlocal is_over
        made = work(*arguments)
        if not is_over:
            is_over = True
            standby.take_over()
        return made

    return worked_out


def test_an_index_of_another_log_is_made_anew(gateproof: Gateproof, standby: Standby, db: Database) -> None:
    cite_more(gateproof)
    withdraw_one(standby.gateproof)
    mine = page(gateproof)
    assert page(standby.gateproof) != mine
    for table in DERIVED:
        copied(standby.db, db, table)
    assert "DERIVED_ROW_DIFFERS" in {each.code for each in verify(db).findings}

    assert page(gateproof) == mine
    assert verify(db).ok


def test_messages_of_another_log_begin_anew(
    gateproof: Gateproof, standby: Standby, db: Database, clock: FixedClock
) -> None:
    for each in (gateproof, standby.gateproof):
        poll(each.client)
    cite_more(gateproof)
    withdraw_one(standby.gateproof)
    for each in (gateproof, standby.gateproof):
        poll(each.client)
    for table in DERIVED:
        copied(standby.db, db, table)
    clock.move(minutes=1)

    [here] = poll(gateproof.client)
    clock.move(minutes=1)
    gateproof.withdraw(gateproof.get("/concepts/tariff-radar/citations")["items"][0]["id"])
    gateproof.withdraw(gateproof.get("/concepts/tariff-radar/citations")["items"][1]["id"])
    assert told(gateproof, here.id) == ["readiness.blocked"]
    assert verify(db).ok


@pytest.mark.parametrize("more", [0, 3])
def test_a_page_that_is_worked_out_meanwhile_is_one_of_the_log_that_is_there(
    gateproof: Gateproof, standby: Standby, db: Database, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    for n in range(more):
        gateproof.customer(f"lost-{n}")
    cite_more(gateproof)
    withdraw_one(standby.gateproof)
    there = page(standby.gateproof)
    spans = after_doing(standby, catching_up._verdict_spans)
    monkeypatch.setattr(catching_up, "_verdict_spans", spans)

    gateproof.client.get("/v1/readiness")
    assert page(gateproof) == there
    assert verify(db).ok


def test_messages_that_are_worked_out_meanwhile_are_not_told(
    gateproof: Gateproof, standby: Standby, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (gateproof, standby.gateproof):
        [here] = poll(each.client)
    withdraw_one(gateproof)
    cite_more(standby.gateproof)
    monkeypatch.setattr(projector, "_projected", after_doing(standby, projector._projected))

    gateproof.client.get("/v1/stream")
    assert told(gateproof, here.id) == []
    assert verify(db).ok
