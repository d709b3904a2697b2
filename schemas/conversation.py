"""Conversations with customers, their revisions and withdrawal."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Flag, Instant, Key, Label, Model, Sealed, Words, sealed_in
from schemas.nouns import External, Externals, Keys, Recorded
from schemas.vocabulary import CommitmentKind, Conductor, Consent, ConversationKind, Relationship

Reason = Literal[
    "KIND_NOT_EVIDENCE",
    "TOO_OLD",
    "IN_FUTURE",
    "TOO_SHORT",
    "SUMMARY_TOO_THIN",
    "NOT_FIRST_HAND",
    "JOINED_LATER",
    "NOT_INDEPENDENT",
    "SHAPING_MISSING",
    "OLD_STATEMENT",
    "SOLUTION_SHOWN",
    "NEAR_COPY",
    "QUOTE_NOT_IN_TRANSCRIPT",
    "CONSENT_WITHDRAWN",
    "CONSENT_UNKNOWN",
    "WITHDRAWN",
    "ERASED",
    "CONTRADICTED",
    "SHAPING_COPIED",
]
"""Why a conversation, or a citation of it, does not count. Rules and words: domain/criteria/admissible.py."""

Minutes = Annotated[int, Field(strict=True, ge=0, le=1440)]


class Participant(Model):
    """Somebody on the customer's side, by a pseudonym unique within the customer."""

    ref: Label
    role: Label | None = None
    colleague: Flag | None = None
    """True or unsaid: the conversation is not independent."""


class Quote(Model):
    text: Words
    participant: Label | None = None
    """The ref of who said it."""


class Commitment(Model):
    """What the customer put in: money, time or reputation."""

    kind: CommitmentKind
    text: Words


Participants = Annotated[tuple[Participant, ...], Field(max_length=100, fail_fast=True)]
Quotes = Annotated[tuple[Quote, ...], Field(max_length=200, fail_fast=True)]
Themes = Annotated[tuple[Label, ...], Field(max_length=100, fail_fast=True)]
Commitments = Annotated[tuple[Commitment, ...], Field(max_length=50, fail_fast=True)]


class ConversationIn(Model):
    portfolio: Key
    kind: ConversationKind
    held_at: Instant
    duration_minutes: Minutes | None = None
    """Unsaid: too short to count."""
    customer: Key
    participants: Annotated[Participants, Sealed] = ()
    attendees: Keys = ()
    """Colleagues who took part, by their keys under /v1/people."""
    conducted_by: Conductor | None = None
    solution_shown: Flag | None = None
    """Unsaid counts as shown."""
    summary: Annotated[Words, Sealed]
    quotes: Annotated[Quotes, Sealed] = ()
    themes: Annotated[Themes, Sealed] = ()
    commitments: Annotated[Commitments, Sealed] = ()
    past_spend: Annotated[Words | None, Sealed] = None
    """What they already spent on the problem."""
    consent: Consent = "none"
    """What the customer allows; without any consent the conversation does not count."""
    external: Annotated[Externals, Sealed] = ()


SEALED = sealed_in(ConversationIn)


class ConversationSync(ConversationIn):
    """A conversation as another system has it."""

    consent: Consent | None = None  # type: ignore[assignment]
    """Of a new one: none, unless said. Of a known one: only less than is on record is taken."""
    reason: Words | None = None
    """Why it changed, if it did; unsaid: synced."""


class RevisionIn(Model):
    """A correction: what is given replaces, the rest stays. The earlier revision stays readable."""

    reason: Words
    kind: ConversationKind | None = None
    held_at: Instant | None = None
    duration_minutes: Minutes | None = None
    customer: Key | None = None
    segment: Label | None = None
    """Corrects the customer's segment as it was when the conversation was recorded."""
    relationship: Relationship | None = None
    participants: Participants | None = None
    attendees: Keys | None = None
    conducted_by: Conductor | None = None
    solution_shown: Flag | None = None
    summary: Words | None = None
    quotes: Quotes | None = None
    themes: Themes | None = None
    commitments: Commitments | None = None
    past_spend: Words | None = None
    consent: Consent | None = None
    external: Externals | None = None


class WithdrawIn(Model):
    reason: Words


class ConsentIn(Model):
    """What the customer allows from now on: more, less, or nothing any more."""

    consent: Consent
    reason: Words
    """How we know."""


class Allows(Model):
    """What may be done with a conversation."""

    count: bool
    """It may justify a decision."""
    quote_inside: bool
    """Its quotes and excerpts may be read here, and count as quotes."""
    quote_outside: bool
    """They may be published."""


class DoesNotCount(Model):
    """Why a record that is stored does not count."""

    code: Reason
    message: str
    found: int | str | None = None
    """What is on record, where that can be told shortly."""
    required: int | str | None = None
    """What is asked for."""
    remedy: str | None = None
    """The call that mends it."""


class Conversation(Recorded):
    """One live talk with a customer, summarised."""

    id: str
    portfolio: str
    kind: ConversationKind
    held_at: datetime
    duration_minutes: int | None
    customer: str
    segment: str
    """The customer's, as it was when this was recorded."""
    relationship: Relationship
    participants: list[Participant]
    attendees: list[str]
    conducted_by: Conductor | None
    solution_shown: bool | None
    summary: str
    quotes: list[Quote]
    """Empty where the customer does not allow quoting."""
    quotes_withheld: bool
    """There are quotes, kept but not shown: consent that comes later shows them."""
    themes: list[str]
    coded: list[str]
    """Themes that it was coded with since, in a call that revised nothing."""
    commitments: list[Commitment]
    past_spend: str | None
    consent: Consent
    allows: Allows
    """By the latest consent, in earlier revisions too."""
    external: list[External]
    word_count: int
    digest: str
    reason: str | None
    """Why this revision was made; null for the first."""
    revised_at: datetime
    revised_by: str
    withdrawn_at: datetime | None
    erased_at: datetime | None
    """From then on only this tombstone stands: what verdicts were made of, and no words."""
    counts: bool
    """Whether it can count under some process of its portfolio, the concept's own rules aside."""
    not_counted: list[DoesNotCount]
