"""What concerns a concept: the streams that its verdict reads, and the concepts that read a stream.

A verdict reads the concept's own stream, that of its portfolio's clock, those of the conversations that it
cites, and those of the conversations that its team held with fitting customers. The last are shown, and
change no outcome: where only outcomes matter they are left out.
"""

from collections.abc import Set
from typing import Any

import sqlalchemy as sa

from service.domain.facts import leaps
from service.store.nouns.citations import citations
from service.store.nouns.concepts import concepts
from service.store.nouns.conversations import attended
from service.store.sql.prepared import Prepared

CONCEPT = sa.bindparam("concept", type_=sa.Text)
CLOCK = sa.bindparam("clock", type_=sa.Text)
"""The stream of the portfolio's clock."""


def cited() -> sa.Select[Any]:
    """The conversations that the concept cites."""
    return sa.select(citations.c.conversation).where(citations.c.concept == CONCEPT)


def cited_as_text() -> sa.ScalarSelect[Any]:
    """The conversations that the concept cites, as one text with commas; null: none."""
    comma: Any = sa.literal_column("','")  # a plain string is filled in too late for a prepared statement
    joined = sa.select(sa.func.aggregate_strings(citations.c.conversation, comma))
    return joined.where(citations.c.concept == CONCEPT).scalar_subquery()


def covers(text: str | None, conversations: Set[str]) -> bool:
    """Returns whether all of these conversations are among those of the text: what is cited is found.

    The rows that find a conversation's events are not authenticated. If one is missing or changed, what was
    recorded of the conversation since is not seen.
    """
    return conversations <= set((text or "").split(","))


_CITED_AS_TEXT = Prepared(sa.select(cited_as_text().label("cited")))


def is_cited(connection: sa.Connection, concept: sa.Row[Any], conversations: Set[str]) -> bool:
    """Returns whether the rows by which events are found have each of these conversations, which the log says
    are cited."""
    row = _CITED_AS_TEXT.first(connection, concept=concept.id)
    return row is not None and covers(row.cited, conversations)


def held_by_team(people: int, segments: int) -> sa.ColumnElement[bool]:
    """The condition for rows of `attended` by one of so many people, with customers of so many segments."""
    team: list[sa.BindParameter[Any]] = [sa.bindparam(f"person_{n}") for n in range(people)]
    return (
        # Prepared statements take no empty list; `person` is never null, so this finds no row.
        (attended.c.person.in_(team) if team else attended.c.person.is_(None))
        & (attended.c.portfolio == sa.bindparam("portfolio"))
        & attended.c.segment.in_([sa.bindparam(f"segment_{n}") for n in range(segments)])
    )


def values_of(concept: sa.Row[Any]) -> dict[str, Any]:
    """The parameters of `streams_of`, `cited` and `held_by_team` for this concept, but for `since`."""
    return {
        "concept": concept.id,
        "portfolio": concept.portfolio,
        "clock": leaps.stream_of(concept.portfolio),
        **{f"person_{n}": person for n, person in enumerate(concept.team_ever)},
        **{f"segment_{n}": segment for n, segment in enumerate(concept.segments_ever)},
    }


def streams_of(people: int, segments: int, since: sa.ColumnElement[Any]) -> sa.CompoundSelect[Any]:
    """The streams that one concept's verdict reads; of what its team held, those recorded from `since` on."""
    held = held_by_team(people, segments) & (attended.c.recorded_at >= since)
    return sa.union_all(
        sa.select(CONCEPT), sa.select(CLOCK), cited(), sa.select(attended.c.conversation).where(held)
    )


def outcome_streams_of(ids: list[sa.BindParameter[Any]]) -> sa.CompoundSelect[Any]:
    """The streams that the outcomes of these concepts follow from."""
    clock: Any = sa.literal_column(f"'{leaps.OF_CLOCKS}'")
    return sa.union_all(
        sa.select(concepts.c.id).where(concepts.c.id.in_(ids)),
        sa.select(clock.concat(concepts.c.portfolio)).where(concepts.c.id.in_(ids)),
        sa.select(citations.c.conversation).where(citations.c.concept.in_(ids)),
    )


def concepts_of(streams: Any) -> sa.CompoundSelect[Any]:
    """The concepts whose outcomes follow from any of these streams: a list of them, or a select."""
    return sa.union(
        sa.select(concepts.c.id).where(concepts.c.id.in_(streams)),
        sa.select(citations.c.concept).where(citations.c.conversation.in_(streams)),
    )
