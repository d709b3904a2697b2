"""Events of tokens."""

from datetime import datetime

from msgspec import UNSET, UnsetType

from service.domain.record.event import Event, event


class TokenGrant(Event, frozen=True, kw_only=True):
    """What a token carries."""

    token: str
    person: str | None
    """Null: a bot's."""
    role: str
    portfolios: tuple[str, ...] | None
    """Null: all of them."""
    expires_at: datetime | None


class TokenIssued(TokenGrant, frozen=True, kw_only=True):
    """A token that was made. Left out is who made it where the operator did."""

    created_by: str | UnsetType | None = UNSET
    rotated_from: str | UnsetType | None = UNSET


@event("token.created", of="token", words_of="team")
class TokenCreated(TokenIssued, frozen=True, kw_only=True):
    """A token was made."""

    commitment: str


@event("token.exchanged", of="token", words_of="team")
class TokenExchanged(TokenIssued, frozen=True, kw_only=True):
    """A short-lived token was given for a CI system's id token."""

    commitment: str


@event("token.rotated", of="token", words_of="team")
class TokenRotated(TokenIssued, frozen=True, kw_only=True):
    """A token was made that carries what another did."""

    old_expires_at: datetime
    """When the one before it ends."""
    commitment: str


@event("token.revoked", of="token", words_of="team")
class TokenRevoked(Event, frozen=True):
    """A token opens nothing from now on."""

    token: str
    commitment: str


@event("token.restored", of="token")
class TokenRestored(TokenGrant, frozen=True):
    """The operator's token came back, which had been replaced."""
