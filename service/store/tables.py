"""Every table, so that the metadata is whole."""

from service.store import (
    chains,
    citations,
    concepts,
    contents,
    conversations,
    customers,
    decisions,
    erased,
    idempotency,
    people,
    portfolios,
    processes,
    reviews,
    secrets,
    seen_ids,
    themes,
    tokens,
)
from service.store.columns import metadata

__all__ = [
    "chains",
    "citations",
    "concepts",
    "contents",
    "conversations",
    "customers",
    "decisions",
    "erased",
    "idempotency",
    "metadata",
    "people",
    "portfolios",
    "processes",
    "reviews",
    "secrets",
    "seen_ids",
    "themes",
    "tokens",
]
