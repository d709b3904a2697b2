"""Ids of foreign tokens that were exchanged: each may be used once."""

from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, delete
from sqlalchemy.dialects import postgresql, sqlite

from service.store.sql.columns import Moment, metadata

seen_ids = Table(
    "seen_ids",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
)


def claim(tx: Connection, issuer: str, jti: str, expires_at: datetime, now: datetime) -> bool:
    """Whether this id was not seen before; those that could not be used any more are forgotten."""
    tx.execute(delete(seen_ids).where(seen_ids.c.expires_at < now))
    insert = (postgresql if tx.dialect.name == "postgresql" else sqlite).insert
    taken = insert(seen_ids).values(issuer=issuer, jti=jti, expires_at=expires_at)
    return tx.execute(taken.on_conflict_do_nothing().returning(seen_ids.c.jti)).first() is not None
