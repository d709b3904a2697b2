"""A person's rights: erasure, and all that is held about them."""

from datetime import datetime

from schemas.base import Label, Model, Words


class EraseIn(Model):
    reason: Words
    """Who asked, and when. It stays: write no name in it."""
    participant: Label | None = None
    """Only the conversations in which somebody by this ref took part; unsaid: all about the customer."""


class Erasure(Model):
    """What was removed, in numbers. Keys, refs and what verdicts were made of stay, without words."""

    customer: str
    participant: str | None
    erased_at: datetime
    conversations: int
    citations: int
    """Citations of these conversations: shapings and excerpts are gone too."""
    answers: int
    themes: int
    """Themes that no other conversation voices."""
    texts: int
    """Everything that somebody wrote, each with the key that it was sealed with."""
    reviews: int
    """Reviews that relied on these conversations: each says so now."""
    cleaned: bool
    """False: somebody was reading all the while, and traces may be left in the database's files;
    `gateproof purge` removes them."""
