"""Events of approvals."""

from datetime import datetime

from msgspec import UNSET, UnsetType

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
    asked: tuple[str, ...] | UnsetType = UNSET
    """The decisions that the gate asked for."""
    whole: bool = True
    """The gate looked at the citations of other decisions too."""
    counted: tuple[str, ...] | UnsetType = UNSET
    """The conversations that counted in what they saw, or spoke against it."""
