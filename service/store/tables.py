"""Every table, so that the metadata is whole."""
# ruff: noqa: F401 - modules are imported for the tables that they enter

from service.store.derived import followers, readiness_index, snapshots, subscription_state
from service.store.log import chains, idempotency
from service.store.notify import deliveries, notices, webhooks
from service.store.nouns import (
    approvals,
    badges,
    bulk_moves,
    citations,
    concepts,
    conversations,
    customers,
    decisions,
    outcomes,
    people,
    portfolios,
    processes,
    reviews,
    seen_ids,
    themes,
    tokens,
    waivers,
)
from service.store.sql.columns import metadata
from service.store.words import blind_index, contents, secrets, text_sketches

__all__ = ["metadata"]
