"""Whether events that a verdict reads were recorded since: a few index searches, however long the log is."""

from collections.abc import Set
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from service.domain.record.customer import CustomerErased
from service.store.log.chains import chains, events, has_turned
from service.store.nouns.conversations import attended
from service.store.reading.concerns import (
    CLOCK,
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
    connection: sa.Connection,
    concept: sa.Row[Any],
    since: int,
    digest: str,
    latest: datetime,
    cited: Set[str],
) -> bool:
    """Returns whether anything that matters to the concept was recorded after this position and latest
    instant, or cannot be seen, or is of another history than this digest of that position: `cited` are the
    conversations that it then cited."""
    statement = _stale(len(concept.team_ever), len(concept.segments_ever))
    values = parameters(concept, concept.last_position)
    row = statement.first(connection, **values, since=since, digest=digest, latest=latest)
    return row is None or not row.is_ours or bool(row.is_changed) or hides(row.cited, cited)


@lru_cache(maxsize=256)
def _stale(people: int, segments: int) -> Prepared:
    since, latest = sa.bindparam("since", type_=sa.Integer), sa.bindparam("latest", type_=Moment)
    is_own_chain = chains.c.key == sa.bindparam("portfolio")
    asked: list[sa.ColumnElement[Any]] = [
        _is_ours(since).label("is_ours"),
        changes_since(people, segments, since, latest).label("is_changed"),
        cited_if_turned(since).label("cited"),
    ]
    return Prepared(sa.select(*asked).select_from(chains).where(is_own_chain))


def _is_ours(since: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The condition that the log has this digest at this position: it is the one that was read."""
    at = (events.c.chain == chains.c.id) & (events.c.seq == since)
    return sa.exists().where(at, events.c.digest == sa.bindparam("digest", type_=sa.Text))


def cited_if_turned(since: sa.ColumnElement[Any]) -> sa.ColumnElement[str | None]:
    """The conversations that the concept cites, as one text, where an event after `since`, up to a position,
    turned any conversation or customer; else null: nothing is hidden. The query has to join `chains`."""
    later = (events.c.seq > since) & (events.c.seq <= sa.bindparam("position"))
    is_turned = sa.exists().where(events.c.chain == chains.c.id, later, has_turned)
    return sa.case((is_turned, sa.func.coalesce(cited_as_text(), "")), else_=None)


def hides(text: str | None, conversations: Set[str]) -> bool:
    """Returns whether the text of `cited_if_turned` lacks one of these, which the concept cites: an event of
    it that turned what was recorded would not be seen."""
    return text is not None and not covers(text, conversations)


def changes_since(
    people: int, segments: int, since: sa.ColumnElement[Any], latest: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """The condition that an event which matters to the concept was recorded after `since`, up to a position.

    For so many people and segments; `parameters` has the values. The query has to join `chains`."""
    later = (events.c.seq > since) & (events.c.seq <= sa.bindparam("position"))
    held = held_by_team(people, segments)
    is_held = sa.exists().where(attended.c.conversation == events.c.stream, held)
    return sa.or_(
        sa.exists().where(events.c.stream.in_([CONCEPT, CLOCK]), later),
        # `recorded_at` decreases along a chain only where a leap is ended, and that event is found above:
        # this bound uses the index and loses nothing.
        sa.exists().where(
            held, attended.c.recorded_at >= latest, events.c.stream == attended.c.conversation, later
        ),
        sa.exists().where(
            events.c.chain == chains.c.id,
            later,
            has_turned,
            # An erasure of a customer may remove labels of themes that any concept shows.
            sa.or_(events.c.type == CustomerErased.type, events.c.stream.in_(cited()), is_held),
        ),
    )


def parameters(concept: sa.Row[Any], position: int) -> dict[str, Any]:
    """The parameters of `changes_since` for this concept and position, without `since` and `latest`."""
    return {**values_of(concept), "position": position}
