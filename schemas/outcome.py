"""What became of a launched concept's decisions: whether each held, and what is made of it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Label, Model, Tagged, Words
from schemas.page import Page
from schemas.vocabulary import Learning, OutcomeVerdict

Evidence = Annotated[tuple[Label, ...], Field(min_length=1, max_length=50, fail_fast=True)]


class OutcomeIn(Model):
    """The verdict on a decision as it was launched."""

    verdict: OutcomeVerdict
    learning: Learning | None = None
    """What is made of it elsewhere; unsaid: that is still open."""
    rationale: Words
    evidence: Evidence
    """Ids of conversations that were held since the launch."""


class OutcomeEvidence(Model):
    """A conversation that a verdict rests on, as it was when the verdict was given."""

    conversation: str
    revision: int
    held_at: datetime
    withdrawn_at: datetime | None
    """When it was withdrawn, after the verdict."""
    erased_at: datetime | None
    """When its words were erased: the verdict stands, its rationale is gone."""


class OutcomeSeen(Model):
    """The latest verdict on a decision, in short."""

    decision: str
    version: int
    """Of the statement that was launched, whatever it says today."""
    verdict: OutcomeVerdict
    learning: Learning | None
    given_at: datetime


class Outcome(OutcomeSeen, Tagged):
    """A verdict on a decision after the launch. A later one takes its place; nothing is lost."""

    id: str
    concept: str
    rationale: str
    """Empty where it was erased, with a conversation that it rests on."""
    evidence: list[OutcomeEvidence]
    launched_at: datetime
    """The launch that it is about: a concept that was recycled may be launched again."""
    stands: bool
    """False: a later verdict, or a later launch, took its place."""
    revision: int
    """Moves with each verdict on the decision since that launch."""
    given_by: str


class OutcomePage(Page[Outcome]):
    """Verdicts in the order of recording."""

    launched_at: datetime | None
    """Null: it is not launched, and nothing can have held yet."""
    open: list[str]
    """Decisions that were launched and have no verdict yet."""
