"""Events of customers."""

from msgspec import UNSET, Struct, UnsetType

from schemas.vocabulary import Relationship
from service.domain.record.event import Event, event


@event("customer.created", of="customer", words_of="customer")
class CustomerCreated(Event, frozen=True):
    """A customer was entered."""

    key: str
    portfolio: str
    segment: str
    relationship: Relationship
    commitment: str


@event("customer.changed", of="customer", words_of="customer")
class CustomerChanged(Event, frozen=True):
    """A customer has another segment, relationship, name or ids elsewhere."""

    key: str
    segment: str
    relationship: Relationship
    commitment: str


class RepeatedWords(Struct, frozen=True):
    """A statement, rationale, approval or note of the team's that stands; `person` answers for it."""

    kind: str
    id: str
    concept: str
    person: str


@event("customer.erased", of="customer", words_of="team", turns=True)
class CustomerErased(Event, frozen=True, kw_only=True):
    """What was held about a customer was removed; the numbers say how much."""

    key: str
    participant: str | None
    """Only what was held about one person there."""
    conversations: int
    citations: int
    answers: int
    outcomes: int = 0
    themes: int
    texts: int
    reviews: int
    repeated: tuple[RepeatedWords, ...] | UnsetType = UNSET
    """What colleagues wrote that holds the erased words."""
    commitment: str
