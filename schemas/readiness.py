"""The verdict: one document, the same wherever it appears."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.base import Model, Part
from schemas.conversation import Reason
from schemas.observation import Observation
from schemas.process import ProcessRef
from schemas.vocabulary import (
    ApprovalOutdated,
    CriterionOutcome,
    Level,
    NotEvaluable,
    Stance,
    Verdict,
    Vote,
    WaiverState,
    Wording,
)


@dataclass(kw_only=True)
class Admitted(Part):
    """An independent gatekeeper let a citation count in spite of rules of thumb. Why, the citation says."""

    gate: str
    """The gate at which it was admitted."""
    codes: tuple[Reason, ...]
    """The reasons that are lifted."""
    by: str
    at: datetime


@dataclass(kw_only=True)
class Evidence(Part):
    """A citation that counts towards a criterion."""

    citation: str
    conversation: str
    revision: int
    digest: str
    """Of the conversation's revision: a commitment, never over words alone."""
    held_at: datetime
    expires_at: datetime | None
    """The instant from which it no longer counts here; null: never by age."""
    stance: Stance
    admitted: Admitted | None = None
    """Null: it counts by the rules."""


class Deficit(Model):
    """What is missing, for machines: 2 more customers, segment smb, held after 2026-08-24."""

    missing: int
    of: str
    where: dict[str, Any]
    held_after: date | None
    """A conversation held on any later day is recent enough; null: any day will do."""


class WaiverRef(Model):
    """An approved exception for a criterion, and how it stands."""

    id: str
    state: WaiverState
    """`active`: the criterion is let pass. `not_needed`: it is met without. Else it is let pass no more."""
    expires_at: datetime
    """It holds up to, and not at, this instant."""
    owed_by: str
    """The person who owes the evidence."""
    due_at: datetime


class Owed(Model):
    """Evidence that is still owed under a waiver: met criteria are delivered and not listed."""

    waiver: str
    gate: str
    """The gate at which it is waived."""
    criteria: list[str]
    """What is to be met."""
    by: str
    due_at: datetime
    overdue: bool
    """From `due_at` on it blocks every later gate."""


@dataclass(kw_only=True)
class Shared(Part):
    """The theme that most customers of one segment voiced."""

    segment: str
    theme: str
    """Its id in the portfolio's vocabulary."""
    label: str | None
    """The word for it."""


@dataclass(kw_only=True)
class ApprovalSeen(Part):
    """What a gatekeeper said of the gate, and whether it counts."""

    id: str
    by: str
    vote: Vote
    at: datetime
    counts: bool
    outdated: ApprovalOutdated | None
    """What changed since, of what they saw: for good."""


@dataclass(kw_only=True)
class CriterionResult(Part):
    """One rule and how it stands."""

    id: str
    kind: str
    level: Level
    outcome: CriterionOutcome
    raw_outcome: CriterionOutcome
    """The outcome as if there were no waiver."""
    required: int
    actual: int
    message: str
    remedy: str | None
    deficit: Deficit | None
    evidence: list[Evidence]
    unanswered: list[str]
    """Citations still to be answered (contradictions only)."""
    shared: Shared | None = None
    """What the customers share (pattern only)."""
    approvals: list[ApprovalSeen] = field(default_factory=list)
    """Each gatekeeper's last word (approvals only)."""
    waivable: bool
    waiver: WaiverRef | None


@dataclass(kw_only=True)
class DecisionResult(Part):
    """A decision that the gate rests on, with its criteria."""

    key: str
    title: str
    level: Level
    asked_by: str
    """The gate whose criteria these are: an earlier one when the decision was restated since."""
    statement: str | None
    version: int | None
    owner: str | None
    wording_only: Wording | None = None
    """It is said to be another wording only: `pending`, until an independent gatekeeper confirms it, and
    citations of the wording before do not count."""
    outcome: CriterionOutcome
    remedy: str | None
    criteria: list[CriterionResult]


@dataclass(kw_only=True)
class NotCounted(Part):
    """A citation that does not count, and why."""

    citation: str
    conversation: str
    decision: str
    code: Reason
    message: str
    criteria: list[str]
    """The criteria for which it does not count; none named: all."""
    found: int | str | None = None
    """What is on record, where that can be told shortly."""
    required: int | str | None = None
    """What is asked for."""
    remedy: str | None = None
    """The call that mends it."""


@dataclass(kw_only=True)
class UncitedChange(Part):
    """Something that was done after which it might have been off the list."""

    what: Literal["withdrawn", "kind", "date", "citation_withdrawn"]
    by: str
    at: datetime


@dataclass(kw_only=True)
class Uncited(Part):
    """A conversation of the team's with a fitting customer that no citation brings before this gate."""

    conversation: str
    customer: str
    segment: str
    held_at: datetime
    changes: list[UncitedChange] = field(default_factory=list)
    """What was done to it since it was recorded, and by whom: withdrawn, brought to a kind that does not
    count, dated otherwise, or its citation withdrawn."""


class UncitedPage(Model):
    """One page of the conversations that nobody cited; the next one is also in the Link header."""

    items: list[Uncited]
    next: Annotated[str | None, Field(description="Opaque cursor of the next page; null on the last.")]


@dataclass(kw_only=True)
class LeapSeen(Part):
    """A clock that had leaped ahead, until an admin ended it: events that this verdict rests on bear its
    instants."""

    first: int
    """The position of the leap's first event."""
    until: datetime
    """The instant of its last event."""
    ended_by: int
    """The position of the event that ended it."""
    ended_at: datetime
    """What was recorded in the leap counts as recorded at this instant."""


class WhyNot(Model):
    """Why there is nothing to evaluate."""

    code: NotEvaluable
    message: str


class Readiness(Model):
    """May this concept pass this gate at this instant, and if not, what exactly is missing?"""

    verdict: Verdict
    ready: bool
    as_of: datetime
    concept: str
    portfolio: str
    gate: str | None
    gate_title: str | None
    process: ProcessRef
    position: int
    """The last event of the portfolio that this verdict rests on."""
    input_digest: str
    edition: int = 1
    """Of Gateproof's own rules, by which this was judged."""
    html_url: str
    not_evaluable: WhyNot | None
    passes_until: datetime | None
    """The verdict is ready up to, and not at, this instant; null: not ready, or never by time alone."""
    next_change_at: datetime | None
    """The next instant at which anything here changes without a write."""
    opens_at: datetime | None
    due_at: datetime | None
    blocking: list[str]
    """Criteria that block."""
    warnings: list[str]
    """Criteria that should be met and are not."""
    owed: list[Owed] = Field(default_factory=list)
    """Under waivers that hold here, and under those with which earlier gates were passed."""
    decisions: list[DecisionResult]
    gate_criteria: list[CriterionResult]
    not_counted: list[NotCounted]
    uncited: list[Uncited]
    """The newest hundred, in the order of recording; a list has them all."""
    uncited_count: int | None = None
    """How many there are; null: they are all here."""
    observations: list[Observation] = Field(default_factory=list)
    """What whoever decides should know, the heaviest first. None of it blocks by itself."""
    leaps: list[LeapSeen] = Field(default_factory=list)
    """Of a clock, ended by an admin: events that this rests on count as recorded when they were ended."""
