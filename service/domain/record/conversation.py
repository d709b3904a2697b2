"""Events of conversations."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, UnsetType, field

from schemas.vocabulary import Consent
from service.domain.record.event import Event, LogEntry, event

Cause = Literal["request", "retention"]


class Attendee(NamedTuple):
    """A colleague who took part, as they were when the conversation was recorded."""

    person: str
    function: str
    leader: bool


class ConversationFacts(Event, frozen=True, kw_only=True):
    """What is recorded of a conversation beside its words. None: unknown, which is never favourable."""

    revision: int
    kind: str
    held_at: datetime
    minutes: int | None
    words: int
    """Of the summary."""
    customer: str
    segment: str
    relationship: str
    """The customer's, as it was when the conversation was first recorded, unless it was corrected."""
    participants: tuple[str, ...]
    colleagues: bool
    attendees: tuple[Attendee, ...]
    attendees_ever: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """By any revision: leaving somebody out of one forgets nothing of them."""
    conducted_by: str | None
    solution_shown: bool | None
    quotes: int
    themes: tuple[str, ...]
    commitments: tuple[str, ...]
    past_spend: bool
    consent: Consent
    consent_stated: bool = True
    """False: nobody ever said what the customer allows."""
    maybe_colleagues: tuple[str, ...] = ()
    """Participants of whom it is not said that they are no colleagues."""
    namesakes: tuple[str, ...] = ()
    """Participants who bear a colleague's key."""
    different_words: int | None = None
    """Of the summary. None: it was recorded when nobody asked."""
    near_copy_of: str | None = None
    """The conversation whose summary this one nearly repeats, decided as it was recorded or revised."""
    shares_text_with: str | None = None
    """The conversation with whose summary this one shares passages, where it is no near copy."""
    form_of: str | None = None
    """The conversation whose summary asks the same questions, line by line."""
    themes_not_in_text: tuple[str, ...] = ()
    """The themes of which no word stands in summary or quotes."""
    commitment: str
    reworded: bool | UnsetType = UNSET
    """False: a revision that left its words as they were."""

    def written(self) -> dict[str, Any]:
        """`held_at` is written as the API writes it."""
        return super().written() | {"held_at": self.held_at.isoformat().replace("+00:00", "Z")}


UNSAID: dict[str, Any] = {"colleagues": False, "conducted_by": "own_team", "solution_shown": False}
"""What a what-if supposes of a conversation where it says nothing: nothing that stands in the way."""


@event("conversation.recorded", of="conversation", words_of="conversation", is_folded=True)
class ConversationRecorded(ConversationFacts, frozen=True):
    """A conversation was recorded."""


@event("conversation.revised", of="conversation", words_of="conversation", is_folded=True, turns=True)
class ConversationRevised(ConversationFacts, frozen=True):
    """A conversation was corrected, or its consent changed: what it is from now on, whole."""


Revision = LogEntry[ConversationFacts]
"""The entry of a conversation as it was recorded, or as it was revised."""


@event("conversation.withdrawn", of="conversation", words_of="conversation", is_folded=True, turns=True)
class ConversationWithdrawn(Event, frozen=True):
    """A conversation counts for nothing from now on."""

    commitment: str


@event("conversation.erased", of="conversation", words_of="team", is_folded=True, turns=True)
class ConversationErased(Event, frozen=True):
    """A conversation's words were removed, and all that was written on its account."""

    cause: Cause
    commitment: str | None
    """To the reason; null where it was past its portfolio's retention."""
