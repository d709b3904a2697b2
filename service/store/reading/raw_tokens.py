"""Tokens as they are verified: the events that speak of them, and their rows as they are stored."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from service.domain.record.token import (
    TokenCreated,
    TokenExchanged,
    TokenRestored,
    TokenRevoked,
    TokenRotated,
)
from service.store.log.chains import ORGANISATION, chains, events
from service.store.nouns.tokens import tokens
from service.store.reading.raw_log import PAGE, RAW_EVENT
from service.store.sql.batches import batches

TYPES = [each.type for each in (TokenCreated, TokenExchanged, TokenRotated, TokenRevoked, TokenRestored)]
_ROWS: sa.Select[Any] = sa.select(
    *tokens.c["id", "person", "role", "created_by", "rotated_from"],
    sa.type_coerce(tokens.c.portfolios, sa.Text).label("portfolios"),
    *(
        sa.type_coerce(tokens.c[name], sa.BigInteger).label(name)
        for name in ("created_at", "expires_at", "revoked_at")
    ),
)


def events_of(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    """The events that speak of tokens, in order."""
    organisation = sa.select(chains.c.id).where(chains.c.key == ORGANISATION).scalar_subquery()
    selected = RAW_EVENT.where(events.c.chain == organisation, events.c.type.in_(TYPES))
    for page in batches(connection, selected, events.c.seq, -1, PAGE):
        yield from page


def rows(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    """The rows of all tokens, without what opens them."""
    for page in batches(connection, _ROWS, tokens.c.id, "", PAGE):
        yield from page
