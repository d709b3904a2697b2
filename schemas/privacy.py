"""A person's rights: erasure, and all that is held about them."""

from datetime import datetime
from typing import Literal

from schemas.base import Label, Model, Words
from schemas.citation import Answer, Shaped
from schemas.conversation import Conversation
from schemas.nouns import Customer, HeldVersion
from schemas.vocabulary import Learning, OutcomeVerdict, ReviewOutcome, Stance


class EraseIn(Model):
    reason: Words
    """Who asked, and when. It stays: write no name in it."""
    participant: Label | None = None
    """Only the conversations in which somebody by this ref took part; unsaid: all about the customer."""


class Repeated(Model):
    """What a colleague wrote that held words of the erased: it stands, and is theirs to restate."""

    kind: Literal["statement", "rationale", "approval", "note"]
    id: str
    """The decision's key, or the id of the review, approval or signed note."""
    concept: str
    person: str
    """Who answers for it: the decision's owner, or whoever wrote it."""


class Erasure(Model):
    """What was removed, in numbers. Keys, refs and what verdicts were made of stay, without words."""

    customer: str
    participant: str | None
    erased_at: datetime
    conversations: int
    citations: int
    """Citations of these conversations: shapings and excerpts are gone too."""
    answers: int
    outcomes: int = 0
    """Verdicts after a launch that rest on these conversations: they stand, their rationales are gone."""
    themes: int
    """Themes that no other conversation voices."""
    texts: int
    """Everything that somebody wrote, each with the key that it was sealed with."""
    reviews: int
    """Reviews that relied on these conversations: each says so now."""
    repeated: tuple[Repeated, ...] = ()
    """What colleagues wrote that held these words when they were erased, for whoever answers for it."""
    cleaned: bool
    """False: somebody was reading all the while, and traces may be left in the database's files;
    `gateproof purge` removes them."""


class HeldEvent(Model):
    """An entry of the audit log about them; GET /v1/events has the whole of it."""

    chain: str
    position: int
    at: datetime
    type: str
    subject: str
    digest: str


class HeldCitation(Model):
    """Which decision a conversation was brought to, and all that was written about that."""

    id: str
    concept: str
    decision: str
    version: int
    stance: Stance
    shaped: Shaped | None
    excerpt: str | None
    cited_by: str
    cited_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    answers: list[Answer]


class HeldConversation(Model):
    """A conversation, whatever its consent: these are their own words."""

    id: str
    revisions: list[Conversation]
    """The first one first; the last one stands."""
    withdrawn_because: str | None
    citations: list[HeldCitation]


class HeldReview(Model):
    """A gate review that relied on conversations with them."""

    id: str
    concept: str
    gate: str | None
    outcome: ReviewOutcome
    accepted: bool
    decided_at: datetime
    conversations: list[str]


class HeldOutcome(Model):
    """A verdict after a launch that rests on conversations with them, and all that was written about it."""

    id: str
    concept: str
    decision: str
    version: int
    verdict: OutcomeVerdict
    learning: Learning | None
    rationale: str
    given_by: str
    given_at: datetime
    conversations: list[str]


class CustomerExport(Model):
    """All that is held about a customer and the people there."""

    exported_at: datetime
    customer: Customer
    versions: list[HeldVersion]
    conversations: list[HeldConversation]
    reviews: list[HeldReview]
    outcomes: list[HeldOutcome]
    events: list[HeldEvent]
