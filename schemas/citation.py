"""Citations: one conversation, one version of one decision, and how it shaped it."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.base import Key, Label, Model, Words
from schemas.conversation import DoesNotCount, Reason
from schemas.vocabulary import Effect, Stance


class Shaped(Model):
    """How the conversation shaped the decision."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    effect: Effect
    from_: Annotated[Words | None, Field(alias="from")] = None
    """What was thought before (for changed)."""
    to: Words | None = None
    """What is thought now (for changed)."""
    note: Words | None = None
    """What in the conversation says so."""


class CitationIn(Model):
    conversation: Label
    decision: Key
    stance: Stance
    shaped: Shaped | None = None
    excerpt: Words | None = None
    """The passage that matters."""


class AnswerIn(Model):
    answer: Words
    """Why the decision stands, or how it changed, in the light of this."""


class ConfirmIn(Model):
    """What an independent gatekeeper confirms, and why."""

    reason: Words


class Confirmed(Model):
    """An independent gatekeeper's word, and why."""

    by: str
    at: datetime
    reason: str


class Admission(Confirmed):
    """It counts in spite of rules of thumb."""

    gate: str
    """At which it was admitted."""
    codes: list[Reason]
    """The reasons that are lifted."""


class Answer(Model):
    """The owner's written answer to a contradiction, for one version of the decision."""

    version: int
    answer: str
    answered_by: str
    answered_at: datetime
    withheld: bool = False
    """It repeats a quote that the customer does not allow, and is not shown."""


class Citation(Model):
    """A conversation brought to a decision."""

    id: str
    concept: str
    conversation: str
    decision: str
    version: int
    stance: Stance
    shaped: Shaped | None
    shaped_withheld: bool = False
    """What in `shaped` repeats a quote or the excerpt is not shown: the customer does not allow quoting."""
    excerpt: str | None
    excerpt_withheld: bool
    """There is one, not shown because the customer does not allow quoting."""
    cited_by: str
    cited_at: datetime
    withdrawn_at: datetime | None
    answers: list[Answer]
    slip: Confirmed | None = None
    """It was withdrawn within a day and confirmed as a slip: it stands against nothing."""
    admission: Admission | None = None
    counts: bool
    """Whether it counts now, at the concept's next gate, before each criterion's own filters."""
    not_counted: list[DoesNotCount]
