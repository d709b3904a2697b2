"""Approvals: what gatekeepers say of a gate, each on what they saw."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Key, Model, Words
from schemas.vocabulary import ApprovalOutdated, Vote


class ApprovalIn(Model):
    gate: Key
    """The concept's next gate."""
    vote: Vote
    reason: Words
    position: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)] | None = None
    """Of the verdict that you read: refused if what you saw has changed since. Unsaid: as it stands now."""
    input_digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Of the verdict that you read: refused if the verdict at that position rests on other events, as after a
    failover that lost some."""


class Approval(Model):
    """A gatekeeper's word on a gate: bound to what they saw."""

    id: str
    concept: str
    gate: str
    vote: Vote
    reason: str
    counts: bool
    """Whether it counts as a go now."""
    outdated: ApprovalOutdated | None
    """What changed since, of what they saw: it counts no longer, for good."""
    first_hand_at: datetime | None
    """When they had last spoken with a customer of the portfolio, as far as it was recorded by then."""
    given_by: str
    given_at: datetime
