"""Words that stand here although the log says that they were erased: put back, from a backup."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.domain.record.catalogue import ERASURES, read
from service.domain.record.conversation import ConversationErased
from service.domain.record.customer import CustomerErased
from service.store.log.chains import events, has_turned
from service.store.nouns.themes import themes
from service.store.reading import subject_data
from service.store.sql.batches import batches
from service.store.words.contents import contents, erased, is_emptied

PAGE = 100

_ERASURES: sa.Select[Any] = sa.select(
    events.c.seq, events.c.at, events.c.type, events.c.stream, events.c.data
).where(has_turned, events.c.type.in_(list(ERASURES)))


class Remnant(NamedTuple):
    """Words without a tombstone that an erasure took, and the position of their event."""

    content: str
    stream: str
    position: int
    erased: str
    erased_at: datetime


def remnants(connection: sa.Connection, chain: int) -> Iterator[list[Remnant]]:
    """The remnants of each of a chain's erasures that left any."""
    erasures = _ERASURES.where(events.c.chain == chain)
    for page in batches(connection, erasures, events.c.seq, -1, PAGE):
        if _not_erased(connection, _written(connection, page)):
            for erasure in page:
                if left := _left(connection, erasure):
                    yield left


def labels(connection: sa.Connection, portfolio: str) -> list[str]:
    """The themes of a portfolio whose labels were erased and stand here."""
    is_gone = themes.c.mark.startswith("erased ") | erased.c.content.is_not(None)
    query = (
        sa.select(themes.c.id)
        .join(contents, contents.c.id == themes.c.content)
        .outerjoin(erased, erased.c.content == themes.c.content)
        .where(themes.c.portfolio == portfolio, is_gone, ~is_emptied)
    )
    return list(connection.execute(query.order_by(themes.c.id)).scalars())


def _written(connection: sa.Connection, erasures: Sequence[sa.Row[Any]]) -> dict[str, str]:
    """Streams by content id of all that was ever written of whom these erased."""
    talks = [row.stream for row in erasures if row.type == ConversationErased.type]
    written = subject_data.of_conversations(connection, talks).contents if talks else {}
    for row in erasures:
        event = read(row.type, row.data)
        if isinstance(event, CustomerErased) and event.participant is None:
            written |= subject_data.of_customer(connection, row.stream)
    return written


def _not_erased(connection: sa.Connection, written: Mapping[str, str]) -> list[str]:
    """The ids, among these, of contents that are there and have no tombstone."""
    there = (
        sa.select(contents.c.id)
        .outerjoin(erased, erased.c.content == contents.c.id)
        .where(contents.c.id.in_(list(written)), erased.c.content.is_(None), ~is_emptied)
    )
    return list(connection.execute(there).scalars())


def _left(connection: sa.Connection, erasure: sa.Row[Any]) -> list[Remnant]:
    """The words written before the erasure that are still there; it did not remove what came later."""
    written = _written(connection, [erasure])
    not_erased = _not_erased(connection, written)
    streams = {written[content] for content in not_erased}
    query = sa.select(events.c.content, events.c.stream, events.c.seq).where(
        events.c.stream.in_(streams), events.c.content.in_(not_erased), events.c.seq < erasure.seq
    )
    return [
        Remnant(row.content, row.stream, row.seq, erasure.stream, erasure.at)
        for row in connection.execute(query.order_by(events.c.seq))
    ]
