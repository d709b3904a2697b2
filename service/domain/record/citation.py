"""Events of citations."""

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
    commitment: str


@event("citation.withdrawn", of="concept", words_of="citation", is_folded=True)
class CitationWithdrawn(Event, frozen=True):
    """A citation counts no longer."""

    citation: str
    commitment: str


@event("contradiction.answered", of="concept", words_of="citation", is_folded=True)
class ContradictionAnswered(Event, frozen=True):
    """A decision's owner answered what contradicts it, for one version of its statement."""

    citation: str
    version: int
    commitment: str
