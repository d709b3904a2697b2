"""Databases that are not migrated yet."""

from collections.abc import Callable, Iterator

import pytest

from service.store.sql.engine import Database
from tests.conftest import KEYRING


@pytest.fixture
def empty(new_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(new_database("empty"), KEYRING)
    yield database
    database.close()
