"""The events that a verdict reads: the concept's own, and those of the conversations that matter to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from service.domain.facts import concerns
from service.domain.facts.leaps import OF_CLOCKS, stream_of
from service.domain.record.catalogue import read
from service.domain.record.decision import DecisionStated
from service.domain.record.event import LogEntry
from service.domain.record.review import ReviewDecided, ReviewFacts, ReviewRefused
from service.store.log.chains import events
from service.store.nouns.concepts import concepts
from service.store.nouns.reviews import reviews
from service.store.reading.concerns import CLOCK, outcome_streams_of, streams_of, values_of
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.contents import contents, words

# Bounds that leave nothing out.
_LAST = 2**31 - 1
COLUMNS = events.c["seq", "at", "stream", "actor", "digest", "type", "data"]
NO_WORDS = sa.null().label("words")


def _entry(row: Sequence[Any]) -> LogEntry[Any]:
    """The entry of a row with these columns and the event's words."""
    seq, at, stream, actor, digest, type, data, words = row
    return LogEntry(seq, at, stream, actor, digest, read(type, data), words)


@lru_cache(maxsize=256)
def _events(people: int, segments: int, *, by_instant: bool) -> Prepared:
    """The statement for so many people and segments. Cached: building it costs more than running it."""
    streams = streams_of(people, segments, sa.bindparam("since"))
    query = (
        sa.select(*COLUMNS, words)
        .outerjoin(contents, (contents.c.id == events.c.content) & (events.c.type == DecisionStated.type))
        .where(
            events.c.type != ReviewRefused.type,
            events.c.stream.in_(streams),
            events.c.seq <= sa.bindparam("position"),
            events.c.seq > sa.bindparam("after"),
        )
    )
    if by_instant:
        query = query.where(recorded_by(CLOCK, sa.bindparam("until"), sa.bindparam("position")))
    return Prepared(query, _entry)


def recorded_by(clock: Any, until: Any, position: Any) -> sa.ColumnElement[bool]:
    """The condition that an event was recorded by an instant, as is known at a position: at an instant not
    later, or before a leap was ended by then. `clock`: the stream of the chain's clock."""
    ends = events.alias("ends")
    before = sa.select(sa.func.max(ends.c.seq)).where(
        ends.c.stream == clock, ends.c.seq <= position, ends.c.at <= until
    )
    return sa.or_(events.c.at <= until, events.c.seq <= before.scalar_subquery())


def history(
    connection: sa.Connection,
    concept: sa.Row[Any],
    *,
    until: datetime | None = None,
    position: int | None = None,
    after: int = 0,
) -> list[LogEntry[Any]]:
    """The events up to this instant and position, and after the position `after`; by default all."""
    past = until is not None or (position is not None and position < concept.last_position)
    values = {
        **values_of(concept),
        "position": _LAST if position is None else position,
        "after": after,
        "since": concept.created_at if past else since_of(concept),
    }
    statement = _events(len(concept.team_ever), len(concept.segments_ever), by_instant=until is not None)
    if until is not None:
        values["until"] = until
    entries: list[LogEntry[Any]] = statement.all(connection, **values)
    return entries


def since_of(concept: sa.Row[Any]) -> datetime:
    """The instant since which uncited conversations matter; earlier ones matter only if they are cited."""
    since: datetime = concept.last_go_at or concept.created_at
    return since


def of_conversations(
    connection: sa.Connection, ids: Iterable[str], *, portfolio: str, until: datetime | None, position: int
) -> list[LogEntry[Any]]:
    """The events of these conversations of a portfolio by this instant (None: any) and position."""
    matching = [events.c.stream.in_(list(ids)), events.c.seq <= position]
    if until is not None:
        matching.append(recorded_by(stream_of(portfolio), until, position))
    return _entries(connection, *matching)


def _entries(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[LogEntry[Any]]:
    query = sa.select(*COLUMNS, NO_WORDS).where(*which).order_by(events.c.seq)
    return [_entry(row) for row in connection.execute(query)]


def of_reviews(connection: sa.Connection, concept_id: str) -> dict[str, LogEntry[ReviewFacts]]:
    """The events by which a concept's reviews were decided or refused, by review."""
    types = [ReviewDecided.type, ReviewRefused.type]
    entries = _entries(connection, events.c.stream == concept_id, events.c.type.in_(types))
    return {entry.event.review: entry for entry in entries}


def reviews_resting_on(
    connection: sa.Connection, portfolio: str, ids: Collection[str]
) -> list[LogEntry[ReviewDecided]]:
    """The events of the portfolio's reviews that say to rest on some of these conversations."""
    streams = (
        sa.select(reviews.c.concept)
        .join(concepts, concepts.c.id == reviews.c.concept)
        .where(concepts.c.portfolio == portfolio, reviews.c.outcome != "go")
    )
    entries = _entries(connection, events.c.type == ReviewDecided.type, events.c.stream.in_(streams))
    return [entry for entry in entries if not set(ids).isdisjoint(entry.event.conversations or ())]


@lru_cache(maxsize=256)
def _of_many(count: int) -> Prepared:
    return Prepared(
        sa.select(*COLUMNS, NO_WORDS).where(
            events.c.type != ReviewRefused.type, events.c.stream.in_(outcome_streams_of(numbers(count)))
        ),
        _entry,
    )


def histories(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[LogEntry[Any]]]:
    """By concept: its own events, those of the conversations that it cites and of its portfolio's clock,
    in one statement.

    Without words, and without what the team did not cite: enough for every outcome, not for the document.
    What the rows of citations do not find, though the log says that it is cited, takes another statement.
    """
    by_stream: defaultdict[str, list[LogEntry[Any]]] = defaultdict(list)
    for entry in _of_many(len(ids)).all(connection, **numbered(ids)) if ids else ():
        by_stream[entry.stream].append(entry)
    streams = {id: concerns.streams_of(id, by_stream[id]) for id in ids}
    hidden = set[str]().union(*streams.values()) - by_stream.keys()
    if hidden := {stream for stream in hidden if not stream.startswith(OF_CLOCKS)}:
        for entry in _entries(connection, events.c.stream.in_(hidden)):
            by_stream[entry.stream].append(entry)
    return {id: [entry for stream in streams[id] for entry in by_stream[stream]] for id in ids}


def stream(connection: sa.Connection, stream_id: str) -> list[LogEntry[Any]]:
    """Every event of one thing, in order, each with its words."""
    query = (
        sa.select(*COLUMNS, words)
        .outerjoin(contents, contents.c.id == events.c.content)
        .where(events.c.stream == stream_id)
        .order_by(events.c.seq)
    )
    return [_entry(row) for row in connection.execute(query)]
