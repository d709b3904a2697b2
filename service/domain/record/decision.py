"""Events of decisions: what is stated, and that nothing was found that speaks against it."""

from service.domain.record.event import Event, event


@event("decision.stated", of="concept", words_of="team", is_folded=True)
class DecisionStated(Event, frozen=True):
    """A decision was stated, restated, or handed to another owner. The version moves with the statement."""

    decision: str
    version: int
    revision: int
    owner: str
    commitment: str


@event("disconfirmation.noted", of="concept", words_of="team", is_folded=True)
class DisconfirmationNoted(Event, frozen=True):
    """Somebody signed that disconfirming evidence was sought for a gate, and none found."""

    note: str
    gate: str
    commitment: str
