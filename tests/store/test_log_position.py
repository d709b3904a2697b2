"""Nobody who waits to learn how far the log is waits for an answer that will not come."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import exc

from service.store.log.log_position import PositionUnknown, latest_of
from service.store.sql.engine import Database


@pytest.fixture
def postgresql(db: Database) -> Database:
    if db.is_sqlite:
        pytest.skip("SQLite is asked in the event loop")
    return db


@pytest.mark.parametrize(
    "error",
    [
        exc.OperationalError("SELECT", None, Exception()),
        psycopg.OperationalError("the connection is closed"),
        RuntimeError("cannot schedule new futures after shutdown"),
        KeyError("a row too few"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_went_wrong_everybody_who_waits_is_answered(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    latest = latest_of(postgresql)

    def fail(*_: object) -> None:
        raise error

    async def ask() -> None:
        with monkeypatch.context() as broken:
            broken.setattr(latest, "_ask", fail)
            answers = await _within(lambda: latest("a"), lambda: latest("a"), lambda: latest("b"))
            assert [type(each) for each in answers] == [PositionUnknown] * 3
        assert (await latest("nothing"))[1:] == (None, None)
        await latest.close()

    asyncio.run(ask())


def test_who_waits_is_answered_where_the_question_is_cancelled(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = latest_of(postgresql)

    async def ask() -> None:
        waiting = [asyncio.create_task(latest(concept)) for concept in "ab"]
        await asyncio.sleep(0)
        latest._asking.cancel()
        answers = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
        assert [type(each) for each in answers] == [PositionUnknown] * 2
        await latest.close()

    asyncio.run(ask())


async def _within(*asked: Callable[[], object]) -> list[object]:
    waiting = asyncio.gather(*(each() for each in asked), return_exceptions=True)
    return await asyncio.wait_for(waiting, 5)
