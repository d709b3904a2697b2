"""Who asks, by which right, and what they see."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, update

from schemas.access import Role
from service.clock import ClockDiffers
from service.domain.access.token_form import is_well_formed
from service.store.nouns import people, seen_ids, tokens
from service.store.sql.engine import Database
from service.store.sql.faults import Fault, fault_of
from service.store.words.secrets import secret_for

OIDC = "oidc"
LAST_USED_PRECISION = timedelta(hours=1)


class Holder(NamedTuple):
    """Whoever holds a token. `person`: None for bots. `portfolios`: None sees all of them.

    `token`: the id of the token, or `oidc` for one that an issuer elsewhere signed; of such a one
    `subject` says for whom. `until`: the end of one of ours that has an end.
    """

    person: str | None
    role: Role
    portfolios: frozenset[str] | None = None
    token: str = ""
    subject: str = ""
    until: datetime | None = None

    @property
    def is_foreign(self) -> bool:
        """Returns whether an issuer elsewhere signed the token."""
        return self.token == OIDC

    def has_ended(self, now: datetime) -> bool:
        """Returns whether the token is past its end."""
        return self.until is not None and now >= self.until

    def sees(self, portfolio: str) -> bool:
        """Returns whether what belongs to this portfolio is there for them."""
        return self.portfolios is None or portfolio in self.portfolios


def holder_of(db: Database, token: str, now: datetime) -> Holder | None:
    """None when the token is unknown, revoked or past its end. One that cannot be ours is not looked for."""
    if not may_be_ours(db, token):
        return None
    hashed = tokens.hash_token(_secret(db), token)
    with db.reading() as connection:
        row = tokens.by_hash(connection, hashed)
    if row is None or has_ended(row, now):
        return None
    portfolios = None if row.portfolios is None else frozenset(row.portfolios)
    return Holder(row.person, row.role, portfolios, row.id, until=row.expires_at)


def has_ended(row: Any, now: datetime) -> bool:
    """Returns whether a token was revoked, or is past its end."""
    return row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now)


def may_be_ours(db: Database, token: str) -> bool:
    """Returns whether the token has our form, or is one that operators chose."""
    return is_well_formed(token) or tokens.hash_token(_secret(db), token) in _operator_hashes(db)


def note_use(db: Database, token_id: str, now: datetime) -> None:
    """Stores when a token was last used; not while the database takes no writes, or a clock is wrong: whoever
    asked has the answer by now."""
    try:
        with db.writing() as tx:
            table = tokens.tokens
            tx.execute(update(table).where(table.c.id == token_id).values(last_used_at=now))
    except Exception as error:
        if not isinstance(error, ClockDiffers) and fault_of(error) in (None, Fault.OURS):
            raise


def exists(db: Database, holder: Holder) -> bool:
    """Returns whether the person that an issuer's token speaks for is one of ours; bots are nobody."""
    if holder.person is None:
        return True
    with db.reading() as connection:
        return people.find(connection, holder.person) is not None


def claim_id(db: Database, now: datetime, issuer: str, jti: str, until: datetime) -> bool:
    """Returns whether this foreign token comes for the first time. It is remembered until it could not
    come again."""
    with db.writing() as tx:
        return seen_ids.claim(tx, issuer, jti, until, now)


def stored_hash(connection: Connection, token: str) -> str:
    """The keyed hash by which a token is stored and found."""
    return tokens.hash_token(secret_for(connection, "tokens"), token)


def load_operator_hashes(db: Database) -> frozenset[str]:
    """Look up the tokens that operators chose; they are few, and change only when a service starts."""
    with db.reading() as connection:
        hashes = tokens.operator_hashes(connection)
    db.parsed.put("odd tokens", hashes)
    return hashes


def _operator_hashes(db: Database) -> frozenset[str]:
    hashes: frozenset[str] | None = db.parsed.get("odd tokens")
    return load_operator_hashes(db) if hashes is None else hashes


def _secret(db: Database) -> bytes:
    secret: bytes | None = db.parsed.get("token secret")
    if secret is None:
        with db.reading() as connection:
            secret = secret_for(connection, "tokens")
        db.parsed.put("token secret", secret)
    return secret
