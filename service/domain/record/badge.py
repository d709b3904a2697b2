"""Events of badges."""

from service.domain.record.event import Event, event


@event("badge.created", of="concept")
class BadgeCreated(Event, frozen=True):
    """A picture of a concept's verdict has an address."""

    badge: str
    gate: str | None
    """Null: the next one, whichever it is."""


@event("badge.revoked", of="concept")
class BadgeRevoked(Event, frozen=True):
    """The address shows nothing from now on."""

    badge: str
