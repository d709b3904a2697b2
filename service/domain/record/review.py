"""Events of gate reviews."""

from msgspec import UNSET, UnsetType

from schemas.vocabulary import ReviewOutcome, Verdict
from service.domain.record.edition import FIRST
from service.domain.record.event import Event, event


class ReviewFacts(Event, frozen=True, kw_only=True):
    """What is recorded of a review beside its rationale. What does not apply is left out."""

    review: str = ""
    gate: str | None
    outcome: ReviewOutcome
    to: str | None
    """The gate to go back to."""
    recycled: tuple[str, ...] = ()
    """The gates whose go it took back."""
    decisions: dict[str, int]
    """The version of each decision that it judged."""
    verdict: Verdict
    enforced: bool = True
    """False: under a process that only warned or observed."""
    edition: int = FIRST
    """Of the rules by which it was judged."""
    position: int
    input_digest: str
    commitment: str
    acknowledged: bool | UnsetType = UNSET
    """What was missing was seen, and it goes all the same."""
    conversations: tuple[str, ...] | UnsetType = UNSET
    """What it rests on beside the verdict."""
    override: bool | UnsetType = UNSET
    """An admin reopened it without a conversation."""
    refused: str | UnsetType = UNSET
    """What a go that was refused was answered with."""


@event("review.decided", of="concept", words_of="team", is_folded=True)
class ReviewDecided(ReviewFacts, frozen=True):
    """A gate was decided."""


@event("review.refused", of="concept", words_of="team")
class ReviewRefused(ReviewFacts, frozen=True):
    """A go was tried, and refused."""
