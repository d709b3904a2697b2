"""Waivers: exceptions to named criteria of one gate, for a time, against evidence that is owed."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Instant, Key, Model, Words
from schemas.process import Days
from schemas.vocabulary import WaiverRuling, WaiverState


class EvidenceOwedIn(Model):
    """What has to be brought after all."""

    evidence: Words
    """In words, for people. What counts as brought: the waived criteria are met."""
    by: Key
    """The person who brings it."""
    due_at: Instant | None = None
    """Unsaid: when the waiver ends."""


class WaiverIn(Model):
    gate: Key
    """The concept's next gate."""
    criteria: Annotated[tuple[Key, ...], Field(min_length=1, max_length=50, fail_fast=True)]
    """Ids of criteria that the gate asks for, as the verdict names them."""
    reason: Words
    days: Days
    """How long it holds, from the approval on; the process says how many at most."""
    owed: EvidenceOwedIn


class ApproveIn(Model):
    note: Words | None = None
    """Anything that the approver wants to be on record."""


class RulingIn(Model):
    reason: Words


class EvidenceOwed(Model):
    """What has to be brought, and how it stands. A requested waiver owes nothing yet."""

    evidence: str
    by: str
    due_at: datetime | None
    """Null: when the waiver ends, and it has not been approved yet."""
    delivered_at: datetime | None
    """When the criteria were met after all."""
    overdue: bool


class Ruling(Model):
    """What somebody other than the requester said of it."""

    ruling: WaiverRuling
    reason: str | None
    by: str
    at: datetime


class Waiver(Model):
    """An exception to named criteria of one gate, for the decisions as they were stated."""

    id: str
    concept: str
    gate: str
    criteria: list[str]
    not_needed: list[str]
    """Those of the criteria that are met without it."""
    state: WaiverState
    """At this instant. `outdated`: a decision that it was for was restated, or the process is another."""
    reason: str
    days: int
    owed: EvidenceOwed
    expires_at: datetime | None
    """It holds up to, and not at, this instant; null until it is approved."""
    requested_by: str
    requested_at: datetime
    rulings: list[Ruling]
