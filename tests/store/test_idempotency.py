"""What a key stands for is known to whoever asks second, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from anyio import move_on_after, run
from sqlalchemy import func, select

from service.api import background
from service.api.background import forgetting_keys
from service.store.log.idempotency import LIFETIME, claim, fill, hash_body, idempotency_keys, purge, release
from service.store.sql.engine import Database

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEY = ("admin", "POST /v1/portfolios", "a-key")


def test_the_first_takes_the_key_and_the_second_learns_what_it_stands_for(db: Database) -> None:
    with db.writing() as tx:
        assert claim(tx, *KEY, b"body", NOW) is None
        fill(tx, *KEY, "energy")

    with db.writing() as tx:
        seen = claim(tx, *KEY, b"other", NOW)

    assert seen is not None
    assert seen.ref == "energy"
    assert seen.body_hash == hash_body(seen.salt, b"body")


def test_another_person_or_route_has_keys_of_its_own(db: Database) -> None:
    with db.writing() as tx:
        assert claim(tx, *KEY, b"", NOW) is None
        assert claim(tx, "pm-1", *KEY[1:], b"", NOW) is None
        assert claim(tx, KEY[0], "POST /v1/people", KEY[2], b"", NOW) is None


def test_a_key_is_free_again_when_given_back_or_a_day_old(db: Database) -> None:
    with db.writing() as tx:
        claim(tx, *KEY, b"", NOW)
        release(tx, *KEY)
        assert claim(tx, *KEY, b"", NOW) is None
        assert claim(tx, *KEY, b"", NOW + LIFETIME) is not None
        assert claim(tx, *KEY, b"", NOW + LIFETIME + timedelta(microseconds=1)) is None
        purge(tx, NOW + 3 * LIFETIME, 10)
        assert claim(tx, *KEY, b"", NOW) is None


def test_expired_keys_are_deleted_the_oldest_first_and_no_more_than_so_many(db: Database) -> None:
    with db.writing() as tx:
        for n in range(5):
            claim(tx, *KEY[:2], f"key-{n}", b"", NOW + timedelta(minutes=n))
        assert purge(tx, NOW + LIFETIME + timedelta(minutes=3), 2) == 2
        keys = tx.execute(select(idempotency_keys.c.key).order_by(idempotency_keys.c.key)).scalars().all()
        assert keys == ["key-2", "key-3", "key-4"]
        assert purge(tx, NOW + LIFETIME + timedelta(minutes=3), 2) == 1
        assert purge(tx, NOW + LIFETIME + timedelta(minutes=3), 2) == 0
        assert claim(tx, *KEY[:2], "key-3", b"", NOW + LIFETIME) is not None


def test_they_are_deleted_while_the_service_runs(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "BATCH", 2)
    with db.writing() as tx:
        for n in range(5):
            claim(tx, *KEY[:2], f"key-{n}", b"", NOW)
        claim(tx, *KEY[:2], "young", b"", NOW + LIFETIME)

    async def while_it_runs() -> None:
        with move_on_after(2):
            await forgetting_keys(db, lambda: NOW + LIFETIME + timedelta(seconds=1))()

    run(while_it_runs)
    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(idempotency_keys)).scalar() == 1
