"""Events of citations."""

from schemas.conversation import Reason
from schemas.vocabulary import Effect, Stance
from service.domain.record.event import Event, event


@event("citation.made", of="concept", words_of="citation", is_folded=True)
class CitationMade(Event, frozen=True, kw_only=True):
    """A conversation was brought to a version of a decision."""

    citation: str
    conversation: str
    decision: str
    version: int
    stance: Stance
    shaped: bool
    """It says how the conversation shaped the decision."""
    copy_of: str | None
    """The citation whose shaping it repeats."""
    effect: Effect | None = None
    """What it did to the decision; null: it does not say, or was made before this was recorded."""
    unrelated: bool = False
    """What it says shares no word with the conversation's summary and quotes."""
    commitment: str


@event("citation.withdrawn", of="concept", words_of="citation", is_folded=True)
class CitationWithdrawn(Event, frozen=True):
    """A citation counts no longer."""

    citation: str
    commitment: str


@event("citation.slip_confirmed", of="concept", words_of="citation", is_folded=True)
class SlipConfirmed(Event, frozen=True):
    """A gatekeeper who is no party confirmed that a stance, withdrawn within a day, was a slip."""

    citation: str
    commitment: str


@event("citation.admitted", of="concept", words_of="citation", is_folded=True)
class CitationAdmitted(Event, frozen=True):
    """A gatekeeper who is no party lets a citation count in spite of rules of thumb."""

    citation: str
    gate: str
    """The one at which it was admitted."""
    codes: tuple[Reason, ...]
    """The reasons that are lifted."""
    commitment: str


@event("contradiction.answered", of="concept", words_of="citation", is_folded=True)
class ContradictionAnswered(Event, frozen=True):
    """A decision's owner answered what contradicts it, for one version of its statement."""

    citation: str
    version: int
    commitment: str
