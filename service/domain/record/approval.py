"""Events of approvals."""

from datetime import datetime

from schemas.vocabulary import Vote
from service.domain.record.event import Event, event
from service.domain.record.process import VersionName


@event("approval.given", of="concept", words_of="team", is_folded=True)
class ApprovalGiven(Event, frozen=True):
    """A gatekeeper said go or no-go on what stood."""

    approval: str
    gate: str
    vote: Vote
    process: VersionName
    first_hand_at: datetime | None
    """When they had last spoken with a customer."""
    commitment: str
