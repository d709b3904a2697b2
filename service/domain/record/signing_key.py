"""Events of the keys that sign."""

from service.domain.record.event import Event, event


@event("signing-key.created", of="signing keys")
class SigningKeyCreated(Event, frozen=True):
    """A key signs from now on, in the place of the one before it."""

    key: str
    algorithm: str
    replaces: str | None
