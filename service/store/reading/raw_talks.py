"""Who recorded and attended conversations: by their events, and by the table that finds them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, select, type_coerce

from service.domain.record.conversation import ConversationRecorded, ConversationRevised
from service.store.log.chains import events
from service.store.nouns.conversations import attended
from service.store.reading.raw_log import RAW_EVENT
from service.store.sql.batches import batches

PAGE = 200


def recorded(connection: Connection, chain: int) -> Iterator[list[Row[Any]]]:
    """Pages of events by which a chain's conversations were recorded."""
    mine = RAW_EVENT.where(events.c.chain == chain, events.c.type == ConversationRecorded.type)
    return batches(connection, mine, events.c.seq, -1, PAGE)


def revised(connection: Connection, ids: list[str]) -> list[Row[Any]]:
    """The events by which these conversations were revised."""
    mine = RAW_EVENT.where(events.c.stream.in_(ids), events.c.type == ConversationRevised.type)
    return list(connection.execute(mine.order_by(events.c.seq)))


def attendance(connection: Connection, ids: list[str]) -> list[Row[Any]]:
    """The rows that find these conversations: conversation, person, portfolio, segment and recorded_at."""
    recorded_at = type_coerce(attended.c.recorded_at, BigInteger).label("recorded_at")
    query = select(*attended.c["conversation", "person", "portfolio", "segment"], recorded_at)
    return list(connection.execute(query.where(attended.c.conversation.in_(ids))))
