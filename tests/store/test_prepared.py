"""Statements that go to the driver answer as those that do not."""

import pytest
from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.exc import DBAPIError

from service.store.log.chains import ORGANISATION, chains
from service.store.nouns.tokens import tokens
from service.store.sql.engine import Database
from service.store.sql.prepared import Prepared

HEAD = select(chains.c.key, chains.c.seq, chains.c.at).where(chains.c.key == bindparam("key"))


def test_a_row_is_the_same_as_the_toolkits(db: Database) -> None:
    prepared = Prepared(HEAD)
    with db.reading() as connection:
        usual = connection.execute(HEAD, {"key": ORGANISATION}).one()
        for _ in range(2):
            row = prepared.first(connection, key=ORGANISATION)
            assert row._asdict() == usual._asdict()
    with db.writing() as tx:
        assert prepared.first(tx, key=ORGANISATION) == row


def test_where_there_is_none_there_is_none(db: Database) -> None:
    with db.reading() as connection:
        assert Prepared(HEAD).first(connection, key="nowhere' OR '1'='1") is None


def test_nulls_and_lists_come_as_they_are(db: Database) -> None:
    statement = select(tokens.c.portfolios, tokens.c.expires_at).where(tokens.c.person == bindparam("person"))
    with db.reading() as connection:
        assert tuple(Prepared(statement).first(connection, person="admin")) == (None, None)


def test_what_goes_wrong_is_said_by_the_toolkit_and_without_values(db: Database) -> None:
    broken = Prepared(
        select(literal_column("nothing.at_all").label("nothing")).where(chains.c.key == bindparam("key"))
    )
    with db.reading() as connection, pytest.raises(DBAPIError) as caught:
        broken.first(connection, key="what-the-customer-said")
    assert "what-the-customer-said" not in f"{caught.value} {caught.value.orig}"
