"""Events of outcomes."""

from datetime import datetime

from msgspec import Struct

from schemas.vocabulary import Learning, OutcomeVerdict
from service.domain.record.event import Event, event


class EvidenceRevision(Struct, frozen=True):
    """A conversation that an outcome rests on, in the revision that stood."""

    conversation: str
    revision: int
    digest: str


@event("outcome.recorded", of="concept", words_of="outcome")
class OutcomeRecorded(Event, frozen=True):
    """Somebody said what became of a decision after the launch."""

    outcome: str
    decision: str
    version: int
    revision: int
    verdict: OutcomeVerdict
    learning: Learning | None
    launched_at: datetime
    evidence: tuple[EvidenceRevision, ...]
    commitment: str
