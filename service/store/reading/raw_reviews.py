"""Reviews as they are verified: the events that decided them, and what stands in their rows, raw."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, Row, Select, bindparam, select, type_coerce

from service.domain.record.review import ReviewDecided, ReviewRefused
from service.store.log.chains import ORGANISATION, chains, events
from service.store.nouns.concepts import concepts
from service.store.nouns.reviews import attestations, reviews

# Frozen verdicts may be long: this bounds what is in memory at once.
PAGE = 50

_EVENT: Select[Any] = select(
    events.c.seq,
    type_coerce(events.c.at, BigInteger).label("at"),
    events.c.type,
    events.c.stream,
    events.c.actor,
    events.c.digest,
    events.c.content,
    events.c.data,
).order_by(events.c.seq)
_is_deciding = events.c.type.in_([ReviewDecided.type, ReviewRefused.type])
_DECIDING = _EVENT.where(
    events.c.chain == bindparam("chain"), events.c.seq > bindparam("after"), _is_deciding
).limit(PAGE)

# Flags and instants come as they are stored: what was tampered with need not be one.
_ROW: Select[Any] = select(
    reviews.c.id,
    reviews.c.concept,
    reviews.c.gate,
    reviews.c.outcome,
    type_coerce(reviews.c.accepted, Integer).label("accepted"),
    reviews.c.to_gate,
    type_coerce(reviews.c.enforced, Integer).label("enforced"),
    reviews.c.content,
    type_coerce(reviews.c.decided_at, BigInteger).label("decided_at"),
    reviews.c.decided_by,
    reviews.c.position,
    reviews.c.readiness,
    attestations.c.review.label("attested"),
    attestations.c.key.label("signed_by"),
    attestations.c.envelope,
).outerjoin(attestations, attestations.c.review == reviews.c.id)


def deciding_events(connection: Connection, chain: int) -> Iterator[list[Row[Any]]]:
    """The events of a chain by which reviews were decided or refused, in pages."""
    after = -1
    while rows := list(connection.execute(_DECIDING, {"chain": chain, "after": after})):
        yield rows
        after = rows[-1].seq


def rows_of(connection: Connection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """The rows of these reviews by id, each with its attestation."""
    return {row.id: row for row in connection.execute(_ROW.where(reviews.c.id.in_(list(ids))))}


def every_row(connection: Connection, portfolio: str | None) -> Iterator[list[Row[Any]]]:
    """Id and concept of each review of a portfolio, or of all, in pages."""
    query: Select[Any] = select(reviews.c.id, reviews.c.concept).order_by(reviews.c.id).limit(PAGE)
    if portfolio is not None:
        mine = select(concepts.c.id).where(concepts.c.portfolio == portfolio)
        query = query.where(reviews.c.concept.in_(mine))
    after = ""
    while rows := list(connection.execute(query.where(reviews.c.id > after))):
        yield rows
        after = rows[-1].id


def deciding_events_of(connection: Connection, streams: Iterable[str]) -> list[Row[Any]]:
    """The events by which reviews of these concepts were decided or refused."""
    return list(connection.execute(_EVENT.where(events.c.stream.in_(list(streams)), _is_deciding)))


def signing_key_events(connection: Connection, stream: str, type: str) -> list[Row[Any]]:
    """The events of the organisation's chain by which signing keys were made, in order."""
    organisation = select(chains.c.id).where(chains.c.key == ORGANISATION).scalar_subquery()
    mine = (events.c.stream == stream) & (events.c.type == type) & (events.c.chain == organisation)
    return list(connection.execute(_EVENT.where(mine)))
