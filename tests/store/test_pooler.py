"""Behind PgBouncer in transaction mode answers are right, and nothing is left for who comes next."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psycopg
import pytest
from sqlalchemy import text

from service.store.sql.engine import Database
from service.store.sql.open_engine import prepare_threshold_of
from tests.conftest import KEYRING, FixedClock
from tests.gateproof import Gateproof
from tests.store import pooler as poolers
from tests.store.pooler import SERVERS, Pooler, own_folder, pooled
from tests.store.test_served import HEADERS, served

LEFT = text("""
    SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name LIKE '_pg3_%'), pg_backend_pid(),
    current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('plan_cache_mode')
""")


@pytest.fixture
def database_url(database_of: Callable[[str, str], str]) -> str:
    return database_of("postgresql", "prepared")


@pytest.fixture
def pooler(database_url: str, gateproof: Gateproof, folder: Path, tmp_path: Path) -> Iterator[Pooler]:
    if not poolers.version():
        pytest.skip("PgBouncer is not installed")
    gateproof.begin()
    with pooled(database_url, own_folder(folder, tmp_path)) as made:
        yield made


def test_answers_are_right_and_nothing_is_left_in_the_servers_sessions(
    pooler: Pooler, clock: FixedClock
) -> None:
    paths = ["/v1/me", "/v1/concepts/tariff-radar", "/v1/concepts/tariff-radar/readiness", "/v1/people"]
    with served(pooler.url, clock) as address, httpx2.Client(base_url=address, headers=HEADERS) as client:

        def ask(number: int) -> int:
            if number % 5 == 4:
                body = {"key": f"p-{number}", "name": "P"}
                return client.post("/v1/portfolios", json=body).status_code
            return client.get(paths[number % 5]).status_code

        with ThreadPoolExecutor(16) as callers:
            assert Counter(callers.map(ask, range(300))) == {200: 240, 201: 60}
        assert client.get("/readyz").status_code == 200
    with psycopg.connect(pooler.url, prepare_threshold=None) as first:
        seen = {first.execute(str(LEFT)).fetchone()}
        with psycopg.connect(pooler.url, prepare_threshold=None) as second:
            seen.add(second.execute(str(LEFT)).fetchone())
    assert {(prepared, *settings) for prepared, _, *settings in seen} == {(0, "0", "0", "auto")}
    assert 0 < len(seen) <= SERVERS


@pytest.mark.parametrize("asked", ["", "?prepare_threshold=5", "?prepare_threshold=none"])
def test_statements_are_prepared_only_where_the_pooler_keeps_count(pooler: Pooler, asked: str) -> None:
    db = Database(f"{pooler.url}{asked}", KEYRING)
    with db.reading() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.is_pooled
        expected = 5 if pooler.is_new and "none" not in asked else None
        assert driver.prepare_threshold == expected
    db.close()


@pytest.mark.parametrize(("asked", "threshold"), [("none", None), ("None", None), ("0", None), ("7", 7)])
def test_the_url_says_when_statements_are_prepared(
    database_url: str, asked: str, threshold: int | None
) -> None:
    db = Database(f"{database_url}&prepare_threshold={asked}", KEYRING)
    with db.reading() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert (driver.is_pooled, driver.prepare_threshold) == (False, threshold)
    db.close()


@pytest.mark.parametrize("wrong", ["", "-1", "often", "1.5", ("1", "2")])
def test_anything_else_is_no_threshold(wrong: str | tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a number, or none"):
        prepare_threshold_of(wrong)
