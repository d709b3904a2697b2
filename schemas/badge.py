"""Badges: one verdict as a picture, for whoever has the address."""

from datetime import datetime

from schemas.base import Key, Model


class BadgeIn(Model):
    """Which gate's verdict to show."""

    gate: Key | None = None
    """Null: the next one, whichever it is."""


class Badge(Model):
    """A badge, without its address."""

    id: str
    concept: str
    gate: str | None
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class NewBadge(Badge):
    """A badge just made."""

    url: str
    """Whoever has it sees the verdict, and nothing else. Shown this once."""


class RevokeBadgeIn(Model):
    """Nothing need be said."""
