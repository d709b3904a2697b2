"""The log as it is verified: raw, in pages of few events, with the words of each still sealed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa

from service.domain.record.conversation import (
    ConversationRecorded,
    ConversationRevised,
    ConversationWithdrawn,
)
from service.store.log.chains import chains, events
from service.store.nouns.conversations import attended, conversations
from service.store.nouns.processes import process_versions
from service.store.sql.batches import batches
from service.store.sql.columns import EventData, Moment
from service.store.words.contents import contents, erased, is_emptied

# Words may be long: this bounds what is in memory at once.
PAGE = 200

# Instants come as the numbers, facts as the text, that they are stored as: they may have been tampered with.
RAW: dict[type, type[sa.BigInteger] | type[sa.Text]] = {Moment: sa.BigInteger, EventData: sa.Text}
RAW_EVENT: sa.Select[Any] = sa.select(
    *events.c["seq", "type", "stream", "actor", "content", "data", "digest"],
    sa.type_coerce(events.c.at, sa.BigInteger).label("at"),
)
_FIRST_PAGE = (
    RAW_EVENT.add_columns(
        contents.c.wrapped_key,
        contents.c.sealed,
        sa.type_coerce(erased.c.erased_at, sa.BigInteger).label("erased_at"),
    )
    .outerjoin(contents, (contents.c.id == events.c.content) & ~is_emptied)
    .outerjoin(erased, erased.c.content == events.c.content)
    .where(events.c.chain == sa.bindparam("chain"))
    .order_by(events.c.seq)
    .limit(PAGE)
)
_PAGE = _FIRST_PAGE.where(events.c.seq > sa.bindparam("after"))
_ROW = sa.select(chains.c.seq, sa.type_coerce(chains.c.at, sa.BigInteger).label("at"), chains.c.digest).where(
    chains.c.id == sa.bindparam("chain")
)


_RAW_TALK: sa.Select[Any] = sa.select(
    *(
        sa.type_coerce(column, RAW.get(type(column.type), column.type)).label(column.name)
        for column in conversations.c
    )
)


def read(connection: sa.Connection, chain: int) -> Iterator[tuple[sa.Row[Any] | None, list[sa.Row[Any]]]]:
    """Pages of events, each with the chain's own row as it was just before; the last page is empty.

    So the last row names no event that was not read, however many are written meanwhile.
    """
    page, params = _FIRST_PAGE, {"chain": chain}
    while True:
        row = connection.execute(_ROW, {"chain": chain}).one_or_none()
        rows = list(connection.execute(page, params))
        yield row, rows
        if not rows:
            return
        page, params = _PAGE, {"chain": chain, "after": rows[-1].seq}


@contextmanager
def lenient_text(connection: sa.Connection) -> Iterator[None]:
    """SQLite stores any bytes as text: those that are none are to be found, not to end the reading."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")
    try:
        yield
    finally:
        driver.text_factory = str


def processes(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    """Key, version and raw document of every published process."""
    columns = process_versions.c
    yield from connection.execute(
        sa.select(columns.key, columns.version, sa.type_coerce(columns.document, sa.Text).label("document"))
    )


def strays(connection: sa.Connection) -> bool:
    """Returns whether any event belongs to a chain that is not there."""
    query = sa.select(events.c.chain).where(events.c.chain.not_in(sa.select(chains.c.id)))
    return connection.execute(query.limit(1)).first() is not None


def recorded_talks(connection: sa.Connection, chain: int) -> Iterator[list[sa.Row[Any]]]:
    """Pages of events by which a chain's conversations were recorded."""
    selected = RAW_EVENT.where(events.c.chain == chain, events.c.type == ConversationRecorded.type)
    return batches(connection, selected, events.c.seq, -1, PAGE)


def later_of_talks(connection: sa.Connection, ids: list[str]) -> list[sa.Row[Any]]:
    """The events by which these conversations were revised or withdrawn."""
    types = (ConversationRevised.type, ConversationWithdrawn.type)
    selected = RAW_EVENT.where(events.c.stream.in_(ids), events.c.type.in_(types))
    return list(connection.execute(selected.order_by(events.c.seq)))


def conversations_of(connection: sa.Connection, ids: list[str]) -> list[sa.Row[Any]]:
    """The rows of these conversations, without words."""
    return list(connection.execute(_RAW_TALK.where(conversations.c.id.in_(ids))))


def unrecorded_talks(connection: sa.Connection, portfolio: str) -> list[str]:
    """The ids of rows in a portfolio that no event recorded."""
    recorded = sa.select(events.c.stream).where(
        events.c.stream == conversations.c.id, events.c.type == ConversationRecorded.type
    )
    query = sa.select(conversations.c.id).where(conversations.c.portfolio == portfolio, ~recorded.exists())
    return list(connection.execute(query.order_by(conversations.c.id)).scalars())


def attendance(connection: sa.Connection, ids: list[str]) -> list[sa.Row[Any]]:
    """The rows that find these conversations: conversation, person, portfolio, segment and recorded_at."""
    recorded_at = sa.type_coerce(attended.c.recorded_at, sa.BigInteger).label("recorded_at")
    query = sa.select(*attended.c["conversation", "person", "portfolio", "segment"], recorded_at)
    return list(connection.execute(query.where(attended.c.conversation.in_(ids))))
