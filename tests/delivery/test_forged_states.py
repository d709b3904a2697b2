"""What subscribers are told does not follow from what somebody put into the rows that it is found against."""

from typing import Any

import pytest
from sqlalchemy import select

from service.store.derived.followers import followers as cursors
from service.store.derived.subscription_state import subscription_state as states
from service.store.notify.notices import notices
from service.store.sql.engine import Database
from service.usecases.notify.projector import follow_all
from service.usecases.verification.verify import verify
from tests.conftest import FixedClock
from tests.delivery.conftest import subscribe
from tests.delivery.target import Target
from tests.delivery.test_being_told import begin, make_ready
from tests.gateproof import Gateproof
from tests.store.test_forged_index import CENTURY, CURSORS, forge, forged_tables


def types_in(db: Database) -> list[str]:
    with db.reading() as connection:
        return list(connection.execute(select(notices.c.type).order_by(notices.c.seq)).scalars())


STATES: dict[str, dict[str, Any]] = {
    "ready already": {"state": '{"gate":"S1","verdict":"ready"}'},
    "no state": {"state": None},
    "position": {"position": 10_000},
    "at": {"at": CENTURY},
    "holds_until": {"holds_until": 2 * CENTURY},
    "portfolio": {"portfolio": "water"},
    "code": {"code": ""},
}


@pytest.mark.parametrize("values", STATES.values(), ids=STATES.keys())
def test_a_state_that_was_changed_neither_invents_nor_suppresses_a_notice(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock, values: dict[str, Any]
) -> None:
    begin(gateproof)
    subscribe(gateproof, target)
    follow_all(db, clock)
    forge(db, states, values)
    assert forged_tables(db) == {states.name}
    assert {(each.code, each.table) for each in verify(db).findings} == {("DERIVED_ROW_DIFFERS", states.name)}
    citations = make_ready(gateproof)
    follow_all(db, clock)
    assert types_in(db) == ["readiness.ready"]
    forge(db, states, values)
    gateproof.withdraw(citations[0])
    follow_all(db, clock)
    assert types_in(db) == ["readiness.ready", "readiness.blocked"]
    assert forged_tables(db) == set()
    assert verify(db).ok


@pytest.mark.parametrize("values", CURSORS.values(), ids=CURSORS.keys())
def test_a_cursor_that_was_changed_keeps_no_notice_back_and_tells_none_twice(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock, values: dict[str, Any]
) -> None:
    begin(gateproof)
    subscribe(gateproof, target)
    citations = make_ready(gateproof)
    follow_all(db, clock)
    gateproof.withdraw(citations[0])
    forge(db, cursors, values)
    follow_all(db, clock)
    follow_all(db, clock)
    assert types_in(db) == ["readiness.ready", "readiness.blocked"]
    assert forged_tables(db) == set()
