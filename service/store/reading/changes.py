"""Whether events that a verdict reads were recorded since: a few index searches, however long the log is."""

from collections.abc import Set
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)

from service.domain.record.customer import CustomerErased
from service.store.log.chains import chains, events, has_turned
from service.store.nouns.conversations import attended
from service.store.reading.concerns import (
    CONCEPT,
    cited,
    cited_as_text,
    covers,
    held_by_team,
    values_of,
)
from service.store.sql.columns import Moment
from service.store.sql.prepared import Prepared


def is_stale(
    connection: Connection, concept: Row[Any], since: int, latest: datetime, cited: Set[str]
) -> bool:
    """Returns whether anything that matters to the concept was recorded after this position and latest
    instant, or cannot be seen: `cited` are the conversations that it then cited."""
    statement = _stale(len(concept.team_ever), len(concept.segments_ever))
    values = parameters(concept, concept.last_position)
    row = statement.first(connection, **values, since=since, latest=latest)
    return row is None or bool(row.is_changed) or hides(row.cited, cited)


@lru_cache(maxsize=256)
def _stale(people: int, segments: int) -> Prepared:
    since, latest = bindparam("since", type_=Integer), bindparam("latest", type_=Moment)
    is_own_chain = chains.c.key == bindparam("portfolio")
    asked: list[ColumnElement[Any]] = [
        changes_since(people, segments, since, latest).label("is_changed"),
        cited_if_turned(since).label("cited"),
    ]
    return Prepared(select(*asked).select_from(chains).where(is_own_chain))


def cited_if_turned(since: ColumnElement[Any]) -> ColumnElement[str | None]:
    """The conversations that the concept cites, as one text, where an event after `since`, up to a position,
    turned any conversation or customer; else null: nothing is hidden. The query has to join `chains`."""
    later = (events.c.seq > since) & (events.c.seq <= bindparam("position"))
    is_turned = exists().where(events.c.chain == chains.c.id, later, has_turned)
    return case((is_turned, func.coalesce(cited_as_text(), "")), else_=None)


def hides(text: str | None, conversations: Set[str]) -> bool:
    """Returns whether the text of `cited_if_turned` lacks one of these, which the concept cites: an event of
    it that turned what was recorded would not be seen."""
    return text is not None and not covers(text, conversations)


def changes_since(
    people: int, segments: int, since: ColumnElement[Any], latest: ColumnElement[Any]
) -> ColumnElement[bool]:
    """The condition that an event which matters to the concept was recorded after `since`, up to a position.

    For so many people and segments; `parameters` has the values. The query has to join `chains`."""
    later = (events.c.seq > since) & (events.c.seq <= bindparam("position"))
    held = held_by_team(people, segments)
    is_held = exists().where(attended.c.conversation == events.c.stream, held)
    return or_(
        exists().where(events.c.stream == CONCEPT, later),
        # `recorded_at` never decreases along a chain, so this bound uses the index and loses nothing.
        exists().where(
            held, attended.c.recorded_at >= latest, events.c.stream == attended.c.conversation, later
        ),
        exists().where(
            events.c.chain == chains.c.id,
            later,
            has_turned,
            # An erasure of a customer may remove labels of themes that any concept shows.
            or_(events.c.type == CustomerErased.type, events.c.stream.in_(cited()), is_held),
        ),
    )


def parameters(concept: Row[Any], position: int) -> dict[str, Any]:
    """The parameters of `changes_since` for this concept and position, without `since` and `latest`."""
    return {**values_of(concept), "position": position}
