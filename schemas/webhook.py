"""Webhooks: who is told of what, and how that went."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.base import Flag, Label, Model, Tagged
from schemas.flips import USUAL_DAYS, Days, NoticeType
from schemas.nouns import Keys

Target = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=2000)]
Types = Annotated[tuple[NoticeType, ...], Field(min_length=1, max_length=20)]
Payload = Literal["thin", "full"]
DeliveryState = Literal["pending", "delivered", "failed", "cancelled"]
DeliveryError = Literal[
    "address-refused",
    "not-resolved",
    "connection-failed",
    "tls-failed",
    "timed-out",
    "answer-malformed",
    "redirect-refused",
    "webhook-disabled",
]
DisabledReason = Literal["asked", "gone", "failing"]
MOST_OVERLAP_HOURS = 7 * 24


class WebhookIn(Model):
    """Who is told of what."""

    url: Target
    """https, and never an address inside the operator's network. It is a secret: only its origin is shown."""
    types: Types
    portfolios: Keys | None = None
    """Null: all of them, those to come too."""
    payload: Payload = "thin"
    """`full`: with the whole verdict, as bots see it. Neither ever has a customer's words."""
    expiring_within_days: Days = USUAL_DAYS
    """How long before a verdict ends by age `readiness.expiring` tells of it."""
    description: Label | None = None


class WebhookPatch(Model):
    """What to change; what is left out stays."""

    url: Target | None = None
    types: Types | None = None
    portfolios: Keys | None = None
    payload: Payload | None = None
    expiring_within_days: Days | None = None
    description: Label | None = None
    enabled: Flag | None = None
    """false: nothing more is sent, and what was on its way is cancelled. true: from now on again."""


class Webhook(Tagged):
    """A subscription, without its address and its secret."""

    id: str
    origin: str
    """Scheme, host and port of its address: the rest is a secret."""
    types: list[NoticeType]
    portfolios: list[str] | None
    payload: Payload
    expiring_within_days: int
    description: str | None
    enabled: bool
    disabled_reason: DisabledReason | None
    """`gone`: it answered 410. `failing`: nothing reached it for days."""
    revision: int
    created_at: datetime
    created_by: str


class NewWebhook(Webhook):
    """A subscription just made."""

    secret: str
    """Verifies what is sent (Standard Webhooks). Shown this once."""


class RotateSecretIn(Model):
    """How long the old secret signs beside the new one."""

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=MOST_OVERLAP_HOURS)] = 24


class NewSecret(Model):
    """A secret just made."""

    webhook: str
    secret: str
    """Shown this once."""
    old_until: datetime
    """Until then what is sent carries the signatures of both."""


class Nothing(Model):
    """Nothing need be said."""


class Try(Model):
    """One attempt."""

    number: int
    at: datetime
    milliseconds: int
    status: int | None
    """What the target answered."""
    error: DeliveryError | None
    """Why there was no answer."""


class Delivery(Model):
    """A notice on its way to a webhook."""

    id: str
    webhook: str
    notice: str
    """What the header `webhook-id` says, the same at every try."""
    type: str
    occurred_at: datetime
    state: DeliveryState
    """`failed`: it was tried for days, or told not to come again."""
    tries: int
    next_try_at: datetime | None
    last_status: int | None
    last_error: DeliveryError | None
    created_at: datetime
    ended_at: datetime | None


class DeliveryDetails(Delivery):
    """A delivery with every try."""

    log: list[Try]
