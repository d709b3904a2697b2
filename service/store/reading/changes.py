"""Whether the log went on with something that a verdict reads: a few searches of indexes, however long it is.

A concept's verdict reads its own events, and those of the conversations that it cites or that its team held
with fitting customers.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, bindparam, exists, or_, select

from service.store.log.chains import chains, events, has_turned
from service.store.nouns.citations import citations
from service.store.nouns.conversations import attended
from service.store.sql.columns import Moment
from service.store.sql.prepared import Prepared


def is_touched(connection: Connection, concept: Row[Any], since: int, latest: datetime) -> bool:
    """Whether anything that matters to the concept was recorded after this position. `latest`: the last
    instant of what was known of it by then."""
    statement = _touched(len(concept.team_ever), len(concept.segments_ever))
    values = said(concept, concept.last_position)
    return statement.first(connection, **values, since=since, latest=latest) is not None


@lru_cache(maxsize=256)
def _touched(people: int, segments: int) -> Prepared:
    since, latest = bindparam("since", type_=Integer), bindparam("latest", type_=Moment)
    mine = chains.c.key == bindparam("portfolio")
    return Prepared(select(chains.c.seq).where(mine, touches(people, segments, since, latest)))


def touches(
    people: int, segments: int, since: ColumnElement[Any], latest: ColumnElement[Any]
) -> ColumnElement[bool]:
    """That something is recorded after `since` and up to a position. For so many people
    and segments; `said` has the values. The portfolio's row of `chains` is in the query."""
    later = (events.c.seq > since) & (events.c.seq <= bindparam("position"))
    theirs = (
        attended.c.person.in_([bindparam(f"person_{n}") for n in range(people)])
        & (attended.c.portfolio == bindparam("portfolio"))
        & attended.c.segment.in_([bindparam(f"segment_{n}") for n in range(segments)])
    )
    cited = select(citations.c.conversation).where(citations.c.concept == bindparam("concept"))
    heard = exists().where(attended.c.conversation == events.c.stream, theirs)
    return or_(
        exists().where(events.c.stream == bindparam("concept"), later),
        # A talk that is recorded later is recorded at a later instant, or at the same.
        exists().where(
            theirs, attended.c.recorded_at >= latest, events.c.stream == attended.c.conversation, later
        ),
        exists().where(
            events.c.chain == chains.c.id,
            later,
            has_turned,
            # What is erased of a customer may take labels with it that many show.
            or_(events.c.type == "customer.erased", events.c.stream.in_(cited), heard),
        ),
    )


def said(concept: Row[Any], position: int) -> dict[str, Any]:
    """The values of its parameters for this concept, up to this position; but for `since` and `latest`."""
    return {
        "concept": concept.id,
        "portfolio": concept.portfolio,
        "position": position,
        **{f"person_{n}": person for n, person in enumerate(concept.team_ever)},
        **{f"segment_{n}": segment for n, segment in enumerate(concept.segments_ever)},
    }
