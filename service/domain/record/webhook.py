"""Events of webhooks."""

from datetime import datetime

from service.domain.record.event import Event, event


class WebhookFacts(Event, frozen=True):
    """What a webhook is told."""

    webhook: str
    types: tuple[str, ...]
    portfolios: tuple[str, ...] | None
    """Null: all of them."""
    payload: str
    expiring_within_days: int


@event("webhook.created", of="webhook", words_of="team")
class WebhookCreated(WebhookFacts, frozen=True):
    """Somebody subscribed."""

    commitment: str


@event("webhook.changed", of="webhook", words_of="team")
class WebhookChanged(WebhookFacts, frozen=True):
    """A subscription has another address, other types or portfolios, or was paused."""

    enabled: bool
    commitment: str


@event("webhook.rotated", of="webhook")
class WebhookRotated(Event, frozen=True):
    """A webhook signs with a new secret."""

    webhook: str
    old_until: datetime
    """The old one signs beside it up to this instant."""


@event("webhook.disabled", of="webhook")
class WebhookDisabled(Event, frozen=True):
    """Nothing more is sent there: its deliveries failed, or its address is gone."""

    webhook: str
    reason: str


class WebhookDelivery(Event, frozen=True):
    """One delivery of a webhook."""

    webhook: str
    delivery: str


@event("webhook.pinged", of="webhook")
class WebhookPinged(WebhookDelivery, frozen=True):
    """Somebody asked for a test."""


@event("webhook.resent", of="webhook")
class WebhookResent(WebhookDelivery, frozen=True):
    """Somebody asked for a delivery once more."""
