"""Events of customers."""

from msgspec import UNSET, Struct, UnsetType

from schemas.nouns import CustomerIn, CustomerPatch
from service.domain.record.event import Event, event
from service.domain.record.noun import changed, created

CustomerCreated = created("customer", CustomerIn, words_of="customer", doc="A customer was entered.")
CustomerChanged = changed(
    "customer",
    CustomerIn,
    CustomerPatch,
    words_of="customer",
    doc="A customer has another segment, relationship, name or ids elsewhere.",
)


class RepeatedWords(Struct, frozen=True):
    """A statement, rationale, approval or note of the team's that stands; `person` answers for it."""

    kind: str
    id: str
    concept: str
    person: str


@event("customer.merged", of="clock", words_of="team", is_folded=True)
class CustomersMerged(Event, frozen=True):
    """From here on a customer, and all that were merged into it, are another one: two keys were one."""

    customer: str
    into: str
    commitment: str


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
