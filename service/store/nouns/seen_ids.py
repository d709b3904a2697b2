"""Ids of foreign tokens that were exchanged: each may be used once."""

from datetime import datetime

import sqlalchemy as sa

from service.store.sql.columns import Moment, metadata
from service.store.sql.upserts import insert_if_absent

seen_ids = sa.Table(
    "seen_ids",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("jti", sa.Text, primary_key=True),
    sa.Column("expires_at", Moment, nullable=False, index=True),
)

_CLAIM = insert_if_absent(seen_ids)


def claim(tx: sa.Connection, issuer: str, jti: str, expires_at: datetime, now: datetime) -> bool:
    """Returns whether this id was not seen before; those that could not be used any more are forgotten."""
    tx.execute(sa.delete(seen_ids).where(seen_ids.c.expires_at < now))
    return _CLAIM.run(tx, issuer=issuer, jti=jti, expires_at=expires_at) > 0
