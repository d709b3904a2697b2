"""Events of decisions: what is stated, and that nothing was found that speaks against it."""

from service.domain.record.event import Event, event


@event("decision.stated", of="concept", words_of="team", is_folded=True)
class DecisionStated(Event, frozen=True, kw_only=True):
    """A decision was stated, restated, or handed to another owner. The version moves with the statement."""

    decision: str
    version: int
    revision: int
    owner: str
    wording_of: int | None = None
    """The version of which it is only another wording, as whoever stated it says."""
    thin: bool = False
    """The statement has fewer than three different words. Not asked before it was recorded."""
    commitment: str


@event("wording.confirmed", of="concept", words_of="team", is_folded=True)
class WordingConfirmed(Event, frozen=True):
    """A gatekeeper who is no party confirmed that a version is only another wording of an earlier one."""

    decision: str
    version: int
    wording_of: int
    commitment: str


@event("disconfirmation.noted", of="concept", words_of="team", is_folded=True)
class DisconfirmationNoted(Event, frozen=True):
    """Somebody signed that disconfirming evidence was sought for a gate, and none found."""

    note: str
    gate: str
    commitment: str
