"""The events that a verdict reads: the concept's own, and those of the conversations that matter to it."""

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, select, union_all

from service.domain.facts import Recorded
from service.store.chains import events
from service.store.citations import citations
from service.store.contents import contents
from service.store.conversations import attended

_STREAMS = union_all(
    select(citations.c.conversation).where(citations.c.concept == bindparam("concept")),
    # Whether the team kept a conversation back is part of the verdict too.
    select(attended.c.conversation).where(
        attended.c.person.in_(bindparam("team", expanding=True)),
        attended.c.portfolio == bindparam("portfolio"),
        attended.c.segment.in_(bindparam("segments", expanding=True)),
        attended.c.recorded_at >= bindparam("since"),
    ),
)

_EVENTS = (
    select(
        events.c.seq,
        events.c.at,
        events.c.type,
        events.c.stream,
        events.c.actor,
        events.c.digest,
        events.c.data,
        contents.c.words,
    )
    .outerjoin(contents, (contents.c.id == events.c.content) & (events.c.type == "decision.stated"))
    .where(
        events.c.type != "review.refused",
        (events.c.stream == bindparam("concept")) | events.c.stream.in_(_STREAMS),
        events.c.at <= bindparam("until"),
        events.c.seq <= bindparam("position"),
    )
)
# Bounds that leave nothing out.
_FOREVER = datetime.max.replace(tzinfo=UTC)
_LAST = 2**31 - 1


def history(
    connection: Connection,
    concept: Row[Any],
    *,
    until: datetime | None = None,
    position: int | None = None,
) -> list[Recorded]:
    """The events recorded by this instant and position; neither said: all."""
    past = until is not None or (position is not None and position < concept.last_position)
    found = connection.execute(
        _EVENTS,
        {
            "concept": concept.id,
            "portfolio": concept.portfolio,
            "team": concept.team_ever,
            "segments": concept.segments_ever,
            "until": until or _FOREVER,
            "position": _LAST if position is None else position,
            "since": concept.created_at if past else concept.last_go_at or concept.created_at,
        },
    )
    return [
        Recorded(seq, at, kind, stream, actor, digest, orjson.loads(data), words)
        for seq, at, kind, stream, actor, digest, data, words in found.all()
    ]


def stream(connection: Connection, stream_id: str) -> list[tuple[Recorded, dict[str, Any] | None]]:
    """Every event of one thing, in order, each with its words."""
    query = (
        select(events, contents.c.words)
        .outerjoin(contents, contents.c.id == events.c.content)
        .where(events.c.stream == stream_id)
        .order_by(events.c.seq)
    )
    return [
        (
            Recorded(row.seq, row.at, row.type, row.stream, row.actor, row.digest, orjson.loads(row.data)),
            row.words,
        )
        for row in connection.execute(query)
    ]
