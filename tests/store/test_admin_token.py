"""The administrator's token: one at a time, and an earlier one may come back."""

from service.store import tokens
from service.store.engine import Database
from service.usecases.bootstrap import prepare
from tests.conftest import START


def test_a_token_of_before_may_come_back(db: Database) -> None:
    for given in ("first", "second", "first"):
        prepare(db, lambda: START, given)
    with db.reading() as connection:
        assert tokens.holder(connection, "first") is not None
        assert tokens.holder(connection, "second") is None
