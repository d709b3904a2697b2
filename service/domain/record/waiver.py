"""Events of waivers."""

from datetime import datetime

from service.domain.record.event import Event, event
from service.domain.record.process import VersionName


@event("waiver.requested", of="concept", words_of="team", is_folded=True)
class WaiverRequested(Event, frozen=True):
    """Somebody asked for an exception to named criteria of a gate."""

    waiver: str
    gate: str
    criteria: tuple[str, ...]
    days: int
    owed_by: str
    due_at: datetime | None
    """When the evidence is owed; null: when the days are over."""
    decisions: dict[str, int]
    """The version of each decision that it is for."""
    process: VersionName
    commitment: str


class RulingFacts(Event, frozen=True):
    """What was ruled on a waiver."""

    waiver: str
    gate: str
    commitment: str


@event("waiver.approved", of="concept", words_of="team", is_folded=True)
class WaiverApproved(RulingFacts, frozen=True):
    """A waiver holds from now on, and its days run."""


@event("waiver.rejected", of="concept", words_of="team", is_folded=True)
class WaiverRejected(RulingFacts, frozen=True):
    """A waiver is not given."""


@event("waiver.revoked", of="concept", words_of="team", is_folded=True)
class WaiverRevoked(RulingFacts, frozen=True):
    """A waiver holds no longer."""
