"""Up, down and up again, with data in place."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Table, func, inspect, select, text

from schemas.webhook import WebhookIn
from service.domain.record.catalogue import TURNED
from service.store.derived import forged
from service.store.derived.followers import followers
from service.store.derived.subscription_state import subscription_state
from service.store.log.idempotency import claim, idempotency_keys
from service.store.notify.deliveries import deliveries
from service.store.notify.notices import notices
from service.store.nouns.concepts import LIVE, concepts
from service.store.nouns.conversations import attended, conversations
from service.store.nouns.outcomes import outcome_evidence, outcomes
from service.store.nouns.waivers import rulings, waivers
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate, shape_of
from service.store.tables import metadata
from service.store.words.blind_index import marked_ids
from service.store.words.contents import contents, salted, store
from service.usecases.notify.deliveries import ping_webhook
from service.usecases.notify.projector import follow_all
from service.usecases.notify.webhooks import create_webhook
from service.usecases.operations.bootstrap import prepare
from service.usecases.operations.example import load_example
from service.usecases.paging import PageRequest
from service.usecases.verdicts.readiness_index import behind, catch_up, target_now
from service.usecases.verdicts.readiness_page import PageFilters, list_readiness
from tests.conftest import KEYRING, START, TOKEN
from tests.store.racing import ADMIN

Rows = dict[str, int]


def tables(db: Database) -> set[str]:
    with db.reading() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def rows(db: Database) -> Rows:
    """How many rows each table has."""
    with db.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def current(db: Database) -> bool:
    with db.reading() as connection:
        return shape_of(connection) == "current"


def test_down_and_up_again_with_the_example_in_place(example: Database) -> None:
    before = rows(example)
    assert before["conversations"] >= 25

    migrate(example, "base")
    assert tables(example) == set()
    assert not current(example)

    migrate(example)
    assert current(example)
    prepare(example, lambda: START, TOKEN)
    load_example(example, START)
    assert rows(example) == before


def test_down_leaves_nothing_of_ours_behind(example: Database) -> None:
    migrate(example, "base")

    with example.reading() as connection:
        if example.is_sqlite:
            query = "SELECT name FROM sqlite_master WHERE name NOT LIKE '%alembic%'"
        else:
            query = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert connection.execute(text(query)).all() == []


def test_twice_is_harmless(example: Database) -> None:
    before = rows(example)

    migrate(example)
    migrate(example)

    assert current(example)
    assert rows(example) == before


def test_an_empty_database_is_not_current_until_migrated(empty: Database) -> None:
    assert not current(empty)
    migrate(empty)
    assert current(empty)
    assert tables(empty) == set(metadata.tables)


def test_tables_and_migrations_do_not_drift(db: Database) -> None:
    with db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_index_of_events_that_turn_others_has_each_type_that_does(db: Database) -> None:
    """Its condition is compared with nothing else, and without the index a poll reads the whole log."""
    query = "SELECT sql FROM sqlite_master WHERE name = 'ix_events_turned'"
    if not db.is_sqlite:
        query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_events_turned'"
    with db.reading() as connection:
        condition = connection.execute(text(query)).scalar_one()
    assert set(re.findall(r"'([a-z-]+\.[a-z-]+)'", condition)) == set(TURNED), "a migration makes it anew"


def test_both_databases_keep_the_same_tables_of_history(db: Database) -> None:
    with db.reading() as connection:
        if db.is_sqlite:
            query = "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        else:
            query = "SELECT DISTINCT event_object_table FROM information_schema.triggers"
        tables = set(connection.execute(text(query)).scalars())

    not_history = {
        "externals",
        "followers",
        "idempotency_keys",
        "marked_ids",
        "moved_sets",
        "seen_ids",
        "readiness_index",
        "snapshots",
        "subscription_state",
        "notices",
        "deliveries",
        "delivery_tries",
        "delivery_worker",
        "text_sketches",
    }
    assert tables == set(metadata.tables) - not_history


@pytest.mark.parametrize("state", ["prepared", "example"])
def test_what_was_recorded_is_read_after_the_service_comes_back(
    new_database: Callable[[str], str], state: str
) -> None:
    url = new_database(state)
    first = Database(url, KEYRING)
    before = rows(first)
    first.close()

    again = Database(url, KEYRING)
    migrate(again)
    assert rows(again) == before
    again.close()


def all_words(db: Database) -> dict[str, object]:
    with db.reading() as connection:
        return {row.id: row.salted for row in connection.execute(select(contents.c.id, salted))}


def test_words_are_opened_on_the_way_down_and_sealed_again_on_the_way_up(example: Database) -> None:
    before = all_words(example)

    migrate(example, "0001")
    with example.reading() as connection:
        plain = connection.execute(text("SELECT words FROM contents")).scalars().all()
        labels = connection.execute(text("SELECT label FROM themes")).scalars().all()
    assert any('"summary"' in words for words in plain)

    migrate(example)
    after = all_words(example)
    assert {id: after[id] for id in before.keys() & after.keys()} == {
        id: before[id] for id in before.keys() & after.keys()
    }
    themes = {str(words) for words in after.values() if "'label'" in str(words)}
    assert len(themes) == len(labels)
    assert len(after) == len(before)


MADE_ANEW = {
    "waivers": ("0002", (waivers, rulings), 8),
    "outcomes": ("0004", (outcomes, outcome_evidence), 7),
}
"""By a table of them: the revision before they were there, the tables, and how many rows they have."""


@pytest.mark.parametrize(("table", "before"), MADE_ANEW.items())
def test_rows_are_made_anew_from_the_log_on_the_way_up(
    example: Database, table: str, before: tuple[str, tuple[Table, ...], int]
) -> None:
    revision, made, number = before

    def rows_now() -> list[tuple[object, ...]]:
        with example.reading() as connection:
            return [
                tuple(row)
                for table in made
                for row in connection.execute(select(table).order_by(*table.primary_key))
            ]

    rows = rows_now()
    assert len(rows) == number

    migrate(example, revision)
    assert table not in tables(example)
    migrate(example)

    assert rows_now() == rows


def test_ids_elsewhere_are_marked_again_on_the_way_up_and_the_first_of_two_has_it(example: Database) -> None:
    def ids() -> set[tuple[object, ...]]:
        with example.reading() as connection:
            return {tuple(row) for row in connection.execute(select(marked_ids))}

    before = ids()
    assert {row[2] for row in before} == {"conversation", "customer", "person"}
    twin = "cnv_999999-twin"
    copied = ", ".join(column.name for column in conversations.columns if column.name != "id")
    with example.writing() as tx:
        content = store(tx, {"external": [{"system": "dovetail", "id": "n-12"}]}, START).id
        values = copied.replace("content", ":content")
        tx.execute(
            text(
                f"INSERT INTO conversations (id, {copied}) SELECT :twin, {values} FROM conversations "
                "WHERE id LIKE '%-swap-03'"
            ),
            {"twin": twin, "content": content},
        )

    migrate(example, "0004")
    assert "marked_ids" not in tables(example)
    migrate(example)

    assert ids() == before


def test_rows_go_along_where_a_table_gets_another_key(example: Database) -> None:
    with example.writing() as tx:
        claim(tx, "admin", "POST /v1/conversations", "once", b"{}", START, "cnv_1")

    def rows() -> list[set[tuple[object, ...]]]:
        with example.reading() as connection:
            return [
                {tuple(row) for row in connection.execute(select(table))}
                for table in (attended, idempotency_keys, marked_ids)
            ]

    before = rows()
    assert all(before)

    migrate(example, "0011")
    assert rows() == before
    migrate(example)
    assert rows() == before


EARLIER = [column.name for column in followers.c if column.name != "head"]
"""A cursor forgets of which log it is, and learns it again when it is moved."""


def test_what_subscribers_were_told_goes_along_down_and_up(example: Database) -> None:
    follow_all(example, lambda: START + timedelta(days=200))

    def states() -> list[list[str]]:
        with example.reading() as connection:
            assert list(forged.every(connection)) == []
            return [
                sorted(str(tuple(row)) for row in connection.execute(select(*columns)))
                for columns in (followers.c[*EARLIER], subscription_state.c, notices.c)
            ]

    before = states()
    assert all(before)

    migrate(example, "0012")
    with example.reading() as connection:
        rows = connection.execute(text("SELECT portfolio, days, notices FROM watched")).all()
        standings = connection.execute(text("SELECT standing FROM watched_concepts")).scalars().all()
    numbered = sum("'harbour'" in row for row in before[2])
    assert numbered
    assert [tuple(row) for row in rows] == [("harbour", "[7]", numbered)]
    assert any('"verdict":' in str(each) for each in standings)
    migrate(example)
    assert states() == before


def test_what_waits_to_be_sent_gets_its_code_on_the_way_up(example: Database) -> None:
    webhook = create_webhook(
        example, ADMIN, WebhookIn(url="https://bot.example/hook", types=("readiness.ready",))
    )
    ping_webhook(example, ADMIN, webhook.id)
    follow_all(example, lambda: START + timedelta(days=200))

    def rows() -> list[set[str]]:
        with example.reading() as connection:
            return [
                {str(tuple(row)) for row in connection.execute(select(table))}
                for table in (notices, deliveries)
            ]

    before = rows()
    assert all(before)

    migrate(example, "0015")
    with example.reading() as connection:
        columns = inspect(connection).get_columns("notices")
    assert "code" not in {each["name"] for each in columns}
    migrate(example)
    assert rows() == before
    with example.reading() as connection:
        assert list(forged.every(connection)) == []


def test_the_index_is_made_anew_from_what_an_older_release_left(example: Database) -> None:
    with example.reading() as connection:
        query = select(concepts.c.key).where(concepts.c.status.in_(LIVE))
        live = set(connection.execute(query).scalars())
    migrate(example, "0012")
    with example.writing() as tx:
        tx.execute(text("INSERT INTO followed (portfolio, position, at) VALUES ('harbour', 10000, 0)"))
    migrate(example)
    target = target_now(example, ADMIN)
    while (portfolio := behind(example, target)) is not None:
        catch_up(example, ADMIN, target, portfolio)
    page = list_readiness(example, ADMIN, target, PageFilters(), PageRequest(100))
    assert {json.loads(item)["concept"] for item in page.items} == live
