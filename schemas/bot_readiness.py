"""The verdict as bots see it: keys, ids, codes, counts and instants; no word that anybody wrote."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from schemas.base import Model
from schemas.conversation import Reason
from schemas.observation import BotObservation
from schemas.process import ProcessRef
from schemas.readiness import ApprovalSeen, Evidence, LeapSeen, Owed, Uncited, WaiverRef, WhyNot
from schemas.vocabulary import CriterionOutcome, Level, Verdict, Wording


class BotDeficit(Model):
    """What is missing: 2 more customers, segment smb, held after 2026-08-24."""

    missing: int
    of: str
    where: dict[str, Any]
    """Themes are left out: they are words."""
    held_after: date | None


class BotCriterion(Model):
    """One rule and how it stands."""

    id: str
    kind: str
    level: Level
    outcome: CriterionOutcome
    raw_outcome: CriterionOutcome
    required: int
    actual: int
    deficit: BotDeficit | None
    evidence: list[Evidence]
    unanswered: list[str]
    approvals: list[ApprovalSeen] = Field(default_factory=list)
    waivable: bool
    waiver: WaiverRef | None


class BotDecision(Model):
    """A decision that the gate rests on."""

    key: str
    level: Level
    asked_by: str
    version: int | None
    owner: str | None
    wording_only: Wording | None = None
    outcome: CriterionOutcome
    criteria: list[BotCriterion]


class BotNotCounted(Model):
    """A citation that does not count, and why."""

    citation: str
    conversation: str
    decision: str
    code: Reason
    criteria: list[str]
    found: int | None = None
    """Where it is a count."""
    required: int | None = None
    """Where it is a count."""


class BotReadiness(Model):
    """May this concept pass this gate at this instant? What a token with the role bot is answered."""

    verdict: Verdict
    ready: bool
    as_of: datetime
    concept: str
    portfolio: str
    gate: str | None
    process: ProcessRef
    position: int
    input_digest: str
    edition: int = 1
    html_url: str
    not_evaluable: WhyNot | None
    passes_until: datetime | None
    next_change_at: datetime | None
    opens_at: datetime | None
    due_at: datetime | None
    blocking: list[str]
    warnings: list[str]
    owed: list[Owed] = Field(default_factory=list)
    decisions: list[BotDecision]
    gate_criteria: list[BotCriterion]
    not_counted: list[BotNotCounted]
    uncited: list[Uncited]
    uncited_count: int | None = None
    observations: list[BotObservation] = Field(default_factory=list)
    leaps: list[LeapSeen] = Field(default_factory=list)
