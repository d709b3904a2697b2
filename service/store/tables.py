"""Every table, so that the metadata is whole."""

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
from service.store.words import blind_index, contents, secrets

__all__ = [
    "approvals",
    "badges",
    "blind_index",
    "bulk_moves",
    "chains",
    "citations",
    "concepts",
    "contents",
    "conversations",
    "customers",
    "decisions",
    "deliveries",
    "followers",
    "idempotency",
    "metadata",
    "notices",
    "outcomes",
    "people",
    "portfolios",
    "processes",
    "readiness_index",
    "reviews",
    "secrets",
    "seen_ids",
    "snapshots",
    "subscription_state",
    "themes",
    "tokens",
    "waivers",
    "webhooks",
]
