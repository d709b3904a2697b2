"""Badges: who holds the address sees one verdict as a picture, and nothing else. Kept as a keyed hash."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.domain.record.badge import BadgeCreated, BadgeRevoked
from service.domain.record.catalogue import read
from service.store.log.chains import events
from service.store.nouns.concepts import concepts
from service.store.sql.columns import Moment, metadata

badges = sa.Table(
    "badges",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("concept", sa.Text, sa.ForeignKey("concepts.id"), nullable=False),
    sa.Column("gate", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("revoked_at", Moment),
)
"""`gate` null: the next one, whichever it is."""


def query(concept: str) -> sa.Select[Any]:
    """A concept's badges."""
    return sa.select(badges).where(badges.c.concept == concept)


def find(connection: sa.Connection, concept: str, id: str) -> sa.Row[Any] | None:
    """One badge of this concept, or None."""
    return connection.execute(query(concept).where(badges.c.id == id)).one_or_none()


def by_hash(connection: sa.Connection, hashed: str) -> sa.Row[Any] | None:
    """The badge that stands with this hash, and its concept's key; None when it was revoked, and when the log
    does not say that it was made for this concept and gate."""
    query: sa.Select[Any] = (
        sa.select(badges.c.id, badges.c.concept, badges.c.gate, concepts.c.key)
        .join(concepts, concepts.c.id == badges.c.concept)
        .where(badges.c.hash == hashed, badges.c.revoked_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    return (
        row if row is not None and stated(connection, row.concept).get(row.id) == (row.gate, None) else None
    )


def rows_of(connection: sa.Connection, concept: str) -> dict[str, tuple[str | None, datetime | None]]:
    """By badge: its gate, and when it was revoked, as the table has them."""
    return {row.id: (row.gate, row.revoked_at) for row in connection.execute(query(concept))}


def stated(connection: sa.Connection, concept: str) -> dict[str, tuple[str | None, datetime | None]]:
    """By badge: its gate, and when it was revoked (None: it stands), as the concept's events say."""
    query = (
        sa.select(events.c.at, events.c.type, events.c.data)
        .where(events.c.stream == concept, events.c.type.in_([BadgeCreated.type, BadgeRevoked.type]))
        .order_by(events.c.seq)
    )
    by_id: dict[str, tuple[str | None, datetime | None]] = {}
    for at, type, data in connection.execute(query):
        match read(type, data):
            case BadgeCreated(badge=badge, gate=gate):
                by_id[badge] = gate, None
            case BadgeRevoked(badge=badge) if badge in by_id:
                by_id[badge] = by_id[badge][0], at
    return by_id
