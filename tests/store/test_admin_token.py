"""The administrator's token: one at a time, and an earlier one may come back."""

from service.store.sql.engine import Database
from service.usecases.access import holder_of
from service.usecases.operations.bootstrap import prepare
from tests.conftest import START


def test_a_token_of_before_may_come_back(db: Database) -> None:
    for given in ("first", "second", "first"):
        prepare(db, lambda: START, given)
    assert holder_of(db, "first", START) is not None
    assert holder_of(db, "second", START) is None
