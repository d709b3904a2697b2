"""Idempotency keys are kept for a day, and forgotten while the service runs."""

from datetime import datetime

from service.store.log import idempotency
from service.store.sql.engine import Database

BATCH = 500
"""Keys forgotten at a time: how long another writer waits."""


def forget_expired_keys(db: Database, now: datetime) -> bool:
    """Forget some of those that are past their day; whether there may be more."""
    with db.writing() as tx:
        return idempotency.purge(tx, now, BATCH) == BATCH
