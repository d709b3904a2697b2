"""The smallest list of conversations still to be had for a gate."""

from datetime import date, datetime

from schemas.base import Model
from schemas.conversation import Reason
from schemas.process import ProcessRef
from schemas.readiness import WhyNot
from schemas.vocabulary import CommitmentKind, Conductor, EvidenceKind, Relationship, Stance
from schemas.what_if import WhatIfIn


class About(Model):
    """A decision that the conversation is to be cited for."""

    decision: str
    stance: Stance


class Planned(Model):
    """So many conversations alike, each with another new customer. An empty list: any will do."""

    how_many: int
    about: list[About]
    criteria: list[str]
    """What they count towards between them."""
    kinds: list[EvidenceKind]
    segments: list[str]
    relationships: list[Relationship]
    conducted_by: list[Conductor]
    attendees: list[str]
    """Colleagues by whom it would be met; others of the same function will do."""
    attendee_functions: list[list[str]]
    """One of each of these is to be there."""
    leader_attending: bool
    participants: int
    """How many people of the customer's, at least."""
    quotes: int
    commitments: list[list[CommitmentKind]]
    """One of each of these."""
    past_spend: bool
    themes: list[str]
    """They are to voice these; where no theme is shared yet, any one theme in place of `a shared theme`."""
    held_after: date | None
    """Held on any later day is recent enough."""
    held_at: datetime
    """When the plan has them: at once, or a week or more later where different weeks are asked for."""
    message: str


class Repair(Model):
    """A conversation on record that would count once it is mended, if what is to be said of it is true."""

    conversation: str
    citation: str | None
    """The one that does not count; null: it is not cited for this, or counts."""
    decision: str | None
    """For which it would count; null: a theme is to be coded."""
    reasons: list[Reason]
    """Why it does not count; none: nobody cited it yet, or a theme is to be coded."""
    themes: list[str]
    """To be coded, if they voiced them."""
    remedy: str
    """The calls that mend it."""


class NotPlannable(Model):
    """A criterion that no conversation still to be had can meet."""

    criterion: str
    why: str


class Plan(Model):
    """What is still to be done for a gate, in conversations."""

    concept: str
    portfolio: str
    gate: str | None
    process: ProcessRef
    position: int
    as_of: datetime
    ready_at: datetime
    """When the last of them is over, if they begin at `as_of`."""
    not_evaluable: WhyNot | None
    repairs: list[Repair]
    """First of all: what would make recorded conversations count."""
    needed: int
    """How many conversations are still to be had, in all."""
    exact: bool
    """False: these are enough, as far as conversations go, but fewer may be; or not even these are."""
    conversations: list[Planned]
    to_state: list[str]
    """Decisions that have to be stated first."""
    not_plannable: list[NotPlannable]
    what_if: WhatIfIn
    """The plan as the body of a what-if: sent there, it answers with the verdict that would result."""
