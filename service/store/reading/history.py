"""The events that a verdict reads: the concept's own, and those of the conversations that matter to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, null, select, type_coerce

from service.domain.facts import concerns
from service.domain.facts.model import Recorded
from service.store.log.chains import events
from service.store.nouns.concepts import concepts
from service.store.nouns.reviews import reviews
from service.store.reading.concerns import outcome_streams_of, streams_of, values_of
from service.store.sql.columns import Json
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.contents import contents, words

# Bounds that leave nothing out.
_FOREVER = datetime.max.replace(tzinfo=UTC)
_LAST = 2**31 - 1


@lru_cache(maxsize=256)
def _events(people: int, segments: int) -> Prepared:
    """For so many people and segments. Kept: building a statement costs more than running it."""
    streams = streams_of(people, segments, bindparam("since"))
    return Prepared(
        select(
            events.c.seq,
            events.c.at,
            events.c.type,
            events.c.stream,
            events.c.actor,
            events.c.digest,
            type_coerce(events.c.data, Json).label("data"),
            words,
        )
        .outerjoin(contents, (contents.c.id == events.c.content) & (events.c.type == "decision.stated"))
        .where(
            events.c.type != "review.refused",
            events.c.stream.in_(streams),
            events.c.at <= bindparam("until"),
            events.c.seq <= bindparam("position"),
            events.c.seq > bindparam("after"),
        ),
        Recorded,
    )


def history(
    connection: Connection,
    concept: Row[Any],
    *,
    until: datetime | None = None,
    position: int | None = None,
    after: int = 0,
) -> list[Recorded]:
    """The events recorded by this instant and position, after the other; none said: all."""
    past = until is not None or (position is not None and position < concept.last_position)
    values = {
        **values_of(concept),
        "until": until or _FOREVER,
        "position": _LAST if position is None else position,
        "after": after,
        "since": concept.created_at if past else since_of(concept),
    }
    statement = _events(len(concept.team_ever), len(concept.segments_ever))
    recorded: list[Recorded] = statement.all(connection, **values)
    return recorded


def since_of(concept: Row[Any]) -> datetime:
    """Before it no conversation matters that nobody cited."""
    since: datetime = concept.last_go_at or concept.created_at
    return since


def of_conversations(
    connection: Connection, ids: Iterable[str], *, until: datetime | None, position: int
) -> list[Recorded]:
    """The events of these conversations by this instant (None: any) and position."""
    query = select(events).where(
        events.c.stream.in_(list(ids)), events.c.at <= (until or _FOREVER), events.c.seq <= position
    )
    return [_without_words(row) for row in connection.execute(query)]


def _without_words(row: Row[Any]) -> Recorded:
    return Recorded(row.seq, row.at, row.type, row.stream, row.actor, row.digest, orjson.loads(row.data))


def of_reviews(connection: Connection, concept_id: str) -> dict[str, Recorded]:
    """The events by which a concept's reviews were decided or refused, by review."""
    decided = (events.c.stream == concept_id) & events.c.type.in_(["review.decided", "review.refused"])
    found = map(_without_words, connection.execute(select(events).where(decided).order_by(events.c.seq)))
    return {event.data["review"]: event for event in found if "review" in event.data}


def reviews_resting_on(connection: Connection, portfolio: str, ids: Collection[str]) -> list[Recorded]:
    """The events of the portfolio's reviews that say to rest on some of these conversations."""
    mine = (
        select(reviews.c.concept)
        .join(concepts, concepts.c.id == reviews.c.concept)
        .where(concepts.c.portfolio == portfolio, reviews.c.outcome != "go")
    )
    decided = (events.c.type == "review.decided") & events.c.stream.in_(mine)
    found = map(_without_words, connection.execute(select(events).where(decided).order_by(events.c.seq)))
    return [event for event in found if not set(ids).isdisjoint(event.data.get("conversations", ()))]


@lru_cache(maxsize=256)
def _of_many(count: int) -> Prepared:
    return Prepared(
        select(
            events.c.seq,
            events.c.at,
            events.c.type,
            events.c.stream,
            events.c.actor,
            events.c.digest,
            type_coerce(events.c.data, Json).label("data"),
            null().label("words"),
        ).where(events.c.type != "review.refused", events.c.stream.in_(outcome_streams_of(numbers(count)))),
        Recorded,
    )


def histories(connection: Connection, ids: Sequence[str]) -> dict[str, list[Recorded]]:
    """By concept: its own events and those of the conversations that it cites, in one statement.

    Without words, and without what the team did not cite: enough for every outcome, not for the document.
    """
    by_stream: defaultdict[str, list[Recorded]] = defaultdict(list)
    for event in _of_many(len(ids)).all(connection, **numbered(ids)) if ids else ():
        by_stream[event.stream].append(event)
    return {
        id: [event for stream in concerns.streams_of(id, by_stream[id]) for event in by_stream[stream]]
        for id in ids
    }


def stream(connection: Connection, stream_id: str) -> list[tuple[Recorded, dict[str, Any] | None]]:
    """Every event of one thing, in order, each with its words."""
    query = (
        select(events, words)
        .outerjoin(contents, contents.c.id == events.c.content)
        .where(events.c.stream == stream_id)
        .order_by(events.c.seq)
    )
    return [
        (
            _without_words(row),
            row.words,
        )
        for row in connection.execute(query)
    ]
