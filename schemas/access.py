"""Roles, and the tokens that carry them."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field

from schemas.base import Flag, Key, Label, Model, Words
from schemas.nouns import Keys

Role = Literal["admin", "product_manager", "researcher", "gatekeeper", "auditor", "bot"]
ROLES: tuple[Role, ...] = get_args(Role)

USUAL_DAYS, MOST_DAYS, MOST_OVERLAP_MINUTES = 90, 3650, 7 * 24 * 60


class TokenIn(Model):
    """A token for a person in a role, or for a bot."""

    name: Label
    """What it is for, so that it can be told from others."""
    role: Role
    person: Key | None = None
    """Whoever it speaks for; unsaid: whoever makes it. Bots are nobody."""
    portfolios: Keys | None = None
    """The portfolios that are there for it; null: all of them."""
    expires_in_days: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = USUAL_DAYS
    """90 at most, unless `long_lived` says otherwise."""
    long_lived: Flag = False
    """Yes, it shall stand for longer than 90 days."""


class RotateIn(Model):
    """How long the old token stands beside the new one."""

    overlap_minutes: Annotated[int, Field(strict=True, ge=0, le=MOST_OVERLAP_MINUTES)] = 60


class ExchangeIn(Model):
    """Nothing: all that is needed is in the token that comes with the request."""


class RevokeIn(Model):
    """Why, if somebody will want to know."""

    reason: Words | None = None


class Token(Model):
    """An access token, without the token."""

    id: str
    name: str
    role: Role
    person: str | None
    portfolios: list[str] | None
    """Null: all of them."""
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    """Null: the operator set it, and it stands as long as the operator says."""
    revoked_at: datetime | None
    last_used_at: datetime | None
    """To the hour."""
    rotated_from: str | None


class NewToken(Token):
    """A token just made."""

    token: str
    """Shown this once: only a keyed hash of it is kept."""


class Me(Model):
    """Who a token speaks for, and what it may."""

    role: Role
    person: str | None
    portfolios: list[str] | None
    """Null: all of them."""
    token: str
    """Its id; `oidc` for one that an identity provider signed."""
    operations: list[str]
    """The operations of the contract that it may call."""
