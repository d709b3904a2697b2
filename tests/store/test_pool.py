"""Connections that are in use while their database is closed: none stays open."""

from typing import Any

import pytest
import sqlalchemy as sa

from service.store.sql.engine import Database


@pytest.fixture
def opened(db: Database) -> set[Any]:
    """The driver's connections that are open."""
    connections: set[Any] = set()
    sa.event.listen(db.engine, "connect", lambda connection, _: connections.add(connection))
    sa.event.listen(db.engine, "close", lambda connection, _: connections.discard(connection))
    return connections


def test_one_that_is_given_back_after_the_close_is_closed(db: Database, opened: set[Any]) -> None:
    with db.reading(), db.engine.connect():
        db.close()
        assert opened
    assert not opened


def test_one_that_is_given_back_during_the_close_is_closed(db: Database, opened: set[Any]) -> None:
    connection = db.engine.connect()
    # It is on its way back when the pool is emptied.
    sa.event.listen(db.engine, "checkin", lambda *_: db.close(), once=True)
    connection.close()
    assert not opened


def test_one_of_somebody_who_comes_late_is_closed(db: Database, opened: set[Any]) -> None:
    db.close()
    with db.reading():
        assert opened
    assert not opened
    db.connect_to_read()
    db.close()
    assert not opened


def test_one_is_used_again_after_the_engine_let_go_of_its_pool(db: Database, opened: set[Any]) -> None:
    with db.engine.connect():
        db.engine.dispose()
    assert not opened
    for _ in range(2):
        with db.engine.connect():
            pass
    assert len(opened) == 1
