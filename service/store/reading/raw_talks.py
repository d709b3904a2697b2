"""Who recorded and attended conversations: by their events, and by the table that finds them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, select, type_coerce

from service.domain.record.conversation import ConversationRecorded, ConversationRevised
from service.store.log.chains import events
from service.store.nouns.conversations import attended

PAGE = 200

_EVENTS: Select[Any] = select(
    events.c.seq,
    type_coerce(events.c.at, BigInteger).label("at"),
    events.c.type,
    events.c.stream,
    events.c.actor,
    events.c.digest,
    events.c.data,
).order_by(events.c.seq)


def recorded(connection: Connection, chain: int) -> Iterator[list[Row[Any]]]:
    """Pages of events by which a chain's conversations were recorded."""
    query, after = (
        _EVENTS.where(events.c.chain == chain, events.c.type == ConversationRecorded.type).limit(PAGE),
        -1,
    )
    while rows := list(connection.execute(query.where(events.c.seq > after))):
        yield rows
        after = rows[-1].seq


def revised(connection: Connection, ids: list[str]) -> list[Row[Any]]:
    """The events by which these conversations were revised."""
    return list(
        connection.execute(_EVENTS.where(events.c.stream.in_(ids), events.c.type == ConversationRevised.type))
    )


def attendance(connection: Connection, ids: list[str]) -> list[Row[Any]]:
    """The rows that find these conversations: conversation, person, portfolio, segment and recorded_at."""
    columns = attended.c
    query = select(
        columns.conversation,
        columns.person,
        columns.portfolio,
        columns.segment,
        type_coerce(columns.recorded_at, BigInteger).label("recorded_at"),
    )
    return list(connection.execute(query.where(columns.conversation.in_(ids))))
