"""Which words were erased: the tombstones that let them go."""

from sqlalchemy import Column, Table, Text

from service.store.columns import Moment, metadata

erased = Table(
    "erased",
    metadata,
    Column("content", Text, primary_key=True),
    Column("stream", Text, nullable=False, index=True),
    Column("erased_at", Moment, nullable=False),
)
"""Triggers let a row of contents go only once it stands here; `stream`: what its event belongs to."""
