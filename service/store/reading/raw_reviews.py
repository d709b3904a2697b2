"""Reviews as they are verified: the events that decided them, and what stands in their rows, raw."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from service.domain.record.review import ReviewDecided, ReviewRefused
from service.store.log.chains import ORGANISATION, chains, events
from service.store.nouns.concepts import concepts
from service.store.nouns.reviews import attestations, reviews
from service.store.reading.raw_log import RAW_EVENT
from service.store.sql.batches import batches

# Frozen verdicts may be long: this bounds what is in memory at once.
PAGE = 50

_DECIDING = RAW_EVENT.where(events.c.type.in_([ReviewDecided.type, ReviewRefused.type]))

# Flags and instants come as they are stored: what was tampered with need not be one.
_ROW: sa.Select[Any] = sa.select(
    *reviews.c["id", "concept", "gate", "outcome", "to_gate"],
    *reviews.c["content", "decided_by", "position", "readiness", "statements"],
    sa.type_coerce(reviews.c.accepted, sa.Integer).label("accepted"),
    sa.type_coerce(reviews.c.enforced, sa.Integer).label("enforced"),
    sa.type_coerce(reviews.c.decided_at, sa.BigInteger).label("decided_at"),
    attestations.c.review.label("attested"),
    attestations.c.key.label("signed_by"),
    attestations.c.envelope,
).outerjoin(attestations, attestations.c.review == reviews.c.id)


def deciding_events(connection: sa.Connection, chain: int) -> Iterator[list[sa.Row[Any]]]:
    """The events of a chain by which reviews were decided or refused, in pages."""
    return batches(connection, _DECIDING.where(events.c.chain == chain), events.c.seq, -1, PAGE)


def rows_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, sa.Row[Any]]:
    """The rows of these reviews by id, each with its attestation."""
    return {row.id: row for row in connection.execute(_ROW.where(reviews.c.id.in_(list(ids))))}


def every_row(connection: sa.Connection, portfolio: str | None) -> Iterator[list[sa.Row[Any]]]:
    """Id and concept of each review of a portfolio, or of all, in pages."""
    query: sa.Select[Any] = sa.select(reviews.c.id, reviews.c.concept)
    if portfolio is not None:
        ids = sa.select(concepts.c.id).where(concepts.c.portfolio == portfolio)
        query = query.where(reviews.c.concept.in_(ids))
    return batches(connection, query, reviews.c.id, "", PAGE)


def deciding_events_of(connection: sa.Connection, streams: Iterable[Any]) -> list[sa.Row[Any]]:
    """The events by which reviews of these concepts were decided or refused. Of what is no text, as a changed
    row may have it, there are none."""
    ids = [each for each in streams if isinstance(each, str)]
    matching = _DECIDING.where(events.c.stream.in_(ids))
    return list(connection.execute(matching.order_by(events.c.seq)))


def signing_key_events(connection: sa.Connection, stream: str, type: str) -> list[sa.Row[Any]]:
    """The events of the organisation's chain by which signing keys were made, in order."""
    organisation = sa.select(chains.c.id).where(chains.c.key == ORGANISATION).scalar_subquery()
    matching = (events.c.stream == stream) & (events.c.type == type) & (events.c.chain == organisation)
    return list(connection.execute(RAW_EVENT.where(matching).order_by(events.c.seq)))
