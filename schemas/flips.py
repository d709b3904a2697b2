"""What subscribers are told: the types of notices, and the message that carries each."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field

from schemas.base import Model
from schemas.bot_readiness import BotReadiness
from schemas.vocabulary import ReviewOutcome, Stance, Verdict

NoticeType = Literal[
    "readiness.ready",
    "readiness.expiring",
    "readiness.expired",
    "readiness.blocked",
    "waiver.overdue",
    "review.decided",
    "contradiction.recorded",
    "evidence.erased",
]
NOTICE_TYPES: tuple[NoticeType, ...] = get_args(NoticeType)
MEANINGS: dict[str, str] = {
    "readiness.ready": "A concept may pass its next gate now, and could not before.",
    "readiness.expiring": "A ready concept stops being ready by ageing within the subscription's days.",
    "readiness.expired": "A concept was ready, and is blocked now by age alone: nobody did anything.",
    "readiness.blocked": "A concept was ready, and something that was recorded blocks it now.",
    "waiver.overdue": "Evidence that was owed under a waiver is past its due date, and not there.",
    "review.decided": "A gate was decided: go, hold, recycle, kill, reopen.",
    "contradiction.recorded": "A conversation was cited that contradicts a decision, or is mixed.",
    "evidence.erased": "A conversation that the concept cites was erased.",
    "webhook.ping": "Somebody asked for a test.",
}


class NoticeData(Model):
    """What happened: keys, ids, codes and instants. What does not apply is left out."""

    portfolio: str
    concept: str
    position: int
    """The last event of the portfolio that this rests on."""
    gate: str | None = None
    """The gate that it is about."""
    verdict: Verdict | None = None
    ready: bool | None = None
    passes_until: datetime | None = None
    """It is ready up to, and not at, this instant."""
    days: int | None = None
    """Expiring: within so many days."""
    waiver: str | None = None
    review: str | None = None
    outcome: ReviewOutcome | None = None
    decision: str | None = None
    citation: str | None = None
    conversation: str | None = None
    stance: Stance | None = None
    readiness: BotReadiness | None = None
    """The whole verdict of that instant, as bots see it; only in full payloads."""


class Notice(Model):
    """The message of a webhook and of the stream. Its id is the header `webhook-id`, or the stream's `id`."""

    type: NoticeType
    timestamp: datetime
    """When it happened, to the microsecond: maybe long before it was noticed."""
    data: NoticeData


class PingData(Model):
    """Nothing happened."""

    webhook: str


class Ping(Model):
    """A test."""

    type: Literal["webhook.ping"]
    timestamp: datetime
    data: PingData


Days = Annotated[int, Field(strict=True, ge=1, le=365)]
USUAL_DAYS = 7
