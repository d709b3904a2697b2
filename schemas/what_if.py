"""What would be: hypothetical conversations, citations, withdrawals, another instant."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Flag, Instant, Key, Label, Model
from schemas.conversation import Minutes
from schemas.nouns import Keys
from schemas.vocabulary import CommitmentKind, Conductor, Consent, ConversationKind, Relationship, Stance

Few = Annotated[int, Field(strict=True, ge=0, le=200)]
MendedReason = Literal[
    "TOO_SHORT", "SUMMARY_TOO_THIN", "NOT_INDEPENDENT", "CONSENT_UNKNOWN", "SOLUTION_SHOWN"
]
"""Those of a conversation that are taken away by saying what was left unsaid."""
Version = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class SupposedConversation(Model):
    """A conversation by its facts, without a word of it. What is unsaid does not stand in its way: it is
    as the process asks for; what only some criteria ask for (quotes, commitments, themes) has to be said."""

    ref: Key
    """What citations here call it."""
    kind: ConversationKind | None = None
    """Unsaid: an interview, or what the process counts instead."""
    held_at: Instant | None = None
    """Unsaid: at the instant of the verdict."""
    duration_minutes: Minutes | None = None
    """Unsaid: as many as the process asks for."""
    word_count: Annotated[int, Field(strict=True, ge=0, le=50_000)] | None = None
    """Of its summary; unsaid: as many as the process asks for."""
    customer: Key | None = None
    """Unsaid: a new one. One of the portfolio brings its segment and relationship along."""
    segment: Label | None = None
    """Unsaid: the customer's, else the concept's primary segment."""
    relationship: Relationship | None = None
    """Unsaid: the customer's, else prospect."""
    participants: Annotated[int, Field(strict=True, ge=0, le=100)] = 1
    """How many people on the customer's side, none of them a colleague."""
    attendees: Keys | None = None
    """Colleagues, by their keys; unsaid: somebody of the concept's team."""
    conducted_by: Conductor = "own_team"
    solution_shown: Flag = False
    quotes: Few = 0
    themes: Annotated[tuple[Label, ...], Field(max_length=100, fail_fast=True)] = ()
    commitments: Annotated[tuple[CommitmentKind, ...], Field(max_length=3)] = ()
    past_spend: Flag = False
    consent: Consent = "quote_internally"


class SupposedCitation(Model):
    """A citation that says how the conversation shaped the decision."""

    conversation: Label
    """The `ref` of a conversation supposed here, or the id of one that is recorded in the portfolio."""
    decision: Key
    """If it is not yet stated, it is supposed to be."""
    stance: Stance = "supports"


class SupposedRevision(Model):
    """A recorded conversation as it would be, mended."""

    conversation: Label
    """The id of one of the concept's."""
    mends: tuple[MendedReason, ...] = ()
    """Reasons why it does not count that a revision would take away."""
    themes: Annotated[tuple[Label, ...], Field(max_length=100, fail_fast=True)] = ()
    """Coded besides those that it has."""


class WhatIfIn(Model):
    """What to suppose; all left out: the verdict as it is."""

    gate: Key | None = None
    """Left out: the next gate."""
    process_version: Version | None = None
    """Left out: the concept's."""
    as_of: Instant | None = None
    """Left out: now. In the past, only what was recorded by then is known."""
    conversations: Annotated[tuple[SupposedConversation, ...], Field(max_length=200, fail_fast=True)] = ()
    citations: Annotated[tuple[SupposedCitation, ...], Field(max_length=1000, fail_fast=True)] = ()
    withdrawals: Annotated[tuple[Label, ...], Field(max_length=1000, fail_fast=True)] = ()
    """Ids of the concept's citations that would be withdrawn."""
    revisions: Annotated[tuple[SupposedRevision, ...], Field(max_length=200, fail_fast=True)] = ()
    """Of recorded conversations."""
