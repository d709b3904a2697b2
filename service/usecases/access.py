"""Who asks, by which right, and what they see."""

from typing import NamedTuple

from schemas.access import Role
from service.store import tokens
from service.store.engine import Database


class Holder(NamedTuple):
    """Whoever holds a token. `person`: None for bots. `portfolios`: None sees all of them.

    `token`: the id of the token, or `oidc` for one that an issuer elsewhere signed.
    """

    person: str | None
    role: Role
    portfolios: frozenset[str] | None = None
    token: str = ""

    def sees(self, portfolio: str) -> bool:
        """Whether what belongs to this portfolio is there for them."""
        return self.portfolios is None or portfolio in self.portfolios


def holder_of(db: Database, token: str) -> Holder | None:
    """None when the token is unknown or revoked."""
    with db.reading() as connection:
        row = tokens.holder(connection, token)
    return None if row is None else Holder(row.person, row.role)
