"""Gate reviews."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Flag, Key, Label, Model, Words
from schemas.process import ProcessRef
from schemas.readiness import Readiness
from schemas.vocabulary import GoRefused, ReviewOutcome


class Override(Model):
    """An admin's exception: to reopen although nobody was heard since the kill."""

    reason: Words


class ReviewIn(Model):
    gate: Key | None = None
    """The gate that is decided; unsaid only for reopen."""
    outcome: ReviewOutcome
    rationale: Words
    to: Key | None = None
    """For recycle: the gate to go back to; unsaid: the same."""
    conversations: Annotated[tuple[Label, ...], Field(max_length=100, fail_fast=True)] = ()
    """Ids of conversations that a kill, hold or recycle rests on; for reopen, those held since the kill.
    A go has none: it rests on what is cited."""
    override: Override | None = None
    """For reopen, by an admin: no conversation is needed."""
    acknowledged: Flag = False
    """For a go or a reopening under a process that warns: what is missing was seen, and it goes all the
    same."""


class EvidenceErased(Model):
    """A conversation that a review relied on, and that was erased since."""

    conversation: str
    erased_at: datetime


class Review(Model):
    """The record of a gate outcome, with the readiness document frozen in it."""

    id: str
    concept: str
    gate: str | None
    outcome: ReviewOutcome
    accepted: bool
    """False: a go that was refused, kept for the record."""
    refused: GoRefused | None
    """What a go that was refused was answered with; null: it was accepted."""
    to: str | None
    rationale: str
    conversations: list[str]
    """What it rests on beside the verdict, as said by whoever decided; erased ones too."""
    override: Override | None
    """Why an admin reopened it without a conversation."""
    stage: str
    """The concept's stage after it."""
    enforced: bool
    """False: under a process that only warned or observed, so a go may not have been earned."""
    conditional: bool
    """A go under waivers: what is owed for it, by whom and when, stands in `readiness.owed`."""
    decided_by: str
    decided_at: datetime
    position: int
    attestation: str | None
    """Where the signed statement of this go is served; null for all but a go that was accepted."""
    evidence_erased: list[EvidenceErased]
    """The verdict stands as it was said, and still replays; these words can no longer be read."""
    readiness: Readiness


class Replay(Model):
    """A review's frozen verdict beside the same verdict worked out again from what is recorded."""

    review: str
    identical: bool
    difference: str | None
    """The JSON pointer of the first difference in the frozen document (empty: all of it); null: none.
    Words that were erased are no difference."""
    position: int | None
    """The last event before the review: what it judged on; null: the review's own event is gone."""
    as_of: datetime | None
    process: ProcessRef | None
    """The version that the concept went by at that position."""
