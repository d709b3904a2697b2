"""What a key stands for is known to whoever asks second, on both databases."""

from datetime import UTC, datetime, timedelta

from service.store.log.idempotency import KEPT_FOR, claim, fill, hash_of, purge, release
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
    assert seen.body_hash == hash_of(seen.salt, b"body")


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
        assert claim(tx, *KEY, b"", NOW + KEPT_FOR) is not None
        assert claim(tx, *KEY, b"", NOW + KEPT_FOR + timedelta(microseconds=1)) is None
        purge(tx, NOW + 3 * KEPT_FOR)
        assert claim(tx, *KEY, b"", NOW) is None
