"""Who holds a token."""

from typing import NamedTuple

from service.store import tokens
from service.store.engine import Database


class Holder(NamedTuple):
    """The person behind a token, and what it lets them do."""

    person: str
    role: str


def holder_of(db: Database, token: str) -> Holder | None:
    """None when the token is unknown or revoked."""
    with db.reading() as connection:
        row = tokens.holder(connection, token)
    return None if row is None else Holder(row.person, row.role)
