"""Conversations that are past their portfolio's retention are erased, a few at a time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from service.store.nouns import portfolios
from service.store.reading import subject_data
from service.store.sql.engine import Database
from service.store.words.tombstones import remove_restored
from service.usecases.errors import require
from service.usecases.privacy.removal import Removed, erase_conversations, erase_restored
from service.usecases.registry.portfolios import no_portfolio
from service.usecases.unit_of_work import Caller, transaction, work_on

BATCH = 100
"""Writers wait for as long as a batch takes."""


class Purged(NamedTuple):
    """A portfolio, and how many of its conversations were erased, or would be."""

    portfolio: str
    conversations: int
    texts: int


def purge(db: Database, caller: Caller, portfolio: str | None) -> Iterator[Purged]:
    """Erases the conversations that are past their retention, portfolio by portfolio (None: all that have
    one)."""
    for key, days in _retentions(db, portfolio):
        conversations = texts = 0
        while (removed := _purge_some(db, caller, key, timedelta(days=days))).conversations:
            conversations += removed.conversations
            texts += removed.texts
        yield Purged(key, conversations, texts)
    # Labels of themes are in what this process keeps of the log.
    db.forget()


def would_purge(db: Database, caller: Caller, portfolio: str | None) -> Iterator[Purged]:
    """Counts what `purge` would erase, and erases nothing."""
    for key, days in _retentions(db, portfolio):
        with db.reading() as connection:
            due = subject_data.held_before(connection, key, caller.clock() - timedelta(days=days))
            yield Purged(key, len(due), 0)


def purge_restored(db: Database, caller: Caller, portfolio: str | None) -> int:
    """Remove words that were erased and put back since, of one portfolio or of all: how many."""
    with db.reading() as connection:
        every = connection.execute(select(portfolios.portfolios.c.key)).scalars().all()
    texts = 0
    removed = BATCH
    while removed == BATCH:
        with transaction(db, caller) as tx:
            removed = remove_restored(tx, BATCH)
        texts += removed
    for key in every if portfolio is None else [portfolio]:
        with work_on(db, caller, key, no_portfolio) as work:
            texts += erase_restored(work, key)
    db.forget()
    return texts


def _retentions(db: Database, key: str | None) -> list[tuple[str, int]]:
    table = portfolios.portfolios
    query = select(table.c.key, table.c.retention_days).where(table.c.retention_days.is_not(None))
    with db.reading() as connection:
        if key is not None:
            require(portfolios.find(connection, key), no_portfolio)
            query = query.where(table.c.key == key)
        return [(row.key, row.retention_days) for row in connection.execute(query.order_by(table.c.key))]


def _purge_some(db: Database, caller: Caller, portfolio: str, retention_period: timedelta) -> Removed:
    with work_on(db, caller, portfolio, no_portfolio) as work:
        due = subject_data.held_before(work.tx, portfolio, work.now - retention_period, BATCH)
        ids = [row.id for row in due]
        return erase_conversations(work, portfolio, ids, new=ids, cause="retention")
