"""A concept's row for whoever may see it: to read about it, or to write about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row

from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.errors import no_concept
from service.usecases.unit_of_work import Caller, Work, join, require_visible, transaction


def visible_concept(connection: Connection, caller: Caller, key: str) -> Row[Any]:
    """The concept's row, for reading."""
    return require_visible(concepts.on_its_way(connection, key), caller, no_concept)


def locked_concept(tx: Connection, caller: Caller, key: str) -> Row[Any]:
    """The concept's row, locked until the transaction ends. Nobody waits for one that they may not see."""
    if caller.portfolios is not None:
        visible_concept(tx, caller, key)
    return require_visible(concepts.lock(tx, key), caller, no_concept)


@contextmanager
def reading_concept(db: Database, caller: Caller, key: str) -> Iterator[tuple[Connection, Row[Any]]]:
    """A connection to read about a concept, and its row."""
    with db.reading() as connection:
        yield connection, visible_concept(connection, caller, key)


@contextmanager
def work_on_concept(db: Database, caller: Caller, key: str) -> Iterator[tuple[Work, Row[Any]]]:
    """A write about a concept, and its row: whoever changes a concept locks it before its chain."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, key)
        yield join(tx, caller, concept.portfolio, no_concept), concept
