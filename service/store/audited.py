"""The log as it is verified: raw, in pages of few events, with the words of each still sealed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, select, type_coerce

from service.store.chains import chains, events
from service.store.contents import contents
from service.store.erased import erased

# Words may be long: this bounds what is in memory at once.
PAGE = 200
FIRST = -(2**31)

# Instants come as the numbers that they are stored as: what was tampered with need not be one.
_PAGE = (
    select(
        events.c.seq,
        type_coerce(events.c.at, BigInteger).label("at"),
        events.c.type,
        events.c.stream,
        events.c.actor,
        events.c.content,
        events.c.data,
        events.c.digest,
        contents.c.wrapped_key,
        contents.c.sealed,
        type_coerce(erased.c.erased_at, BigInteger).label("erased_at"),
    )
    .outerjoin(contents, contents.c.id == events.c.content)
    .outerjoin(erased, erased.c.content == events.c.content)
    .where(events.c.chain == bindparam("chain"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(PAGE)
)
_ROW = select(chains.c.seq, type_coerce(chains.c.at, BigInteger).label("at"), chains.c.digest).where(
    chains.c.id == bindparam("chain")
)


def read(connection: Connection, chain: int) -> Iterator[tuple[Row[Any] | None, list[Row[Any]]]]:
    """Pages of events, each with the chain's own row as it was just before; the last page is empty.

    So the last row names no event that was not read, however many are written meanwhile.
    """
    after, rows = FIRST, None
    while rows != []:
        row = connection.execute(_ROW, {"chain": chain}).one_or_none()
        rows = list(connection.execute(_PAGE, {"chain": chain, "after": after}))
        yield row, rows
        after = rows[-1].seq if rows else after


def strays(connection: Connection) -> bool:
    """Whether any event belongs to a chain that is not there."""
    query = select(events.c.chain).where(events.c.chain.not_in(select(chains.c.id)))
    return connection.execute(query.limit(1)).first() is not None
