"""gateproof migrate."""

import sys

from service.keys import open_database
from service.settings import from_environment
from service.store.sql import migrating, releases
from service.store.sql.engine import Database
from service.store.sql.migrating import WouldLose

WRONG, NOT_DONE = 2, 3
WOULD_LOSE = """Nothing was changed: on the way to {to} this would be lost: {losses}.
Back it up first (`gateproof backup FILE`, or pg_dump); then say --lose-data."""


def migrate(to: str, *, may_lose: bool) -> int:
    """Brings the database to a revision, and says which releases live with it; returns the exit code."""
    db = open_database(from_environment(), at_length=True)
    try:
        if to not in ("head", "base") and to not in migrating.known():
            sys.stderr.write(
                f"There is no revision {to} in this release; the newest is {migrating.newest()}.\n"
            )
            return WRONG
        migrating.migrate(db, to, may_lose=may_lose)
        print(_standing(db))
    except WouldLose as error:
        losses = ", ".join(map(str, error.losses))
        sys.stderr.write(f"{WOULD_LOSE.format(to=to, losses=losses)}\n")
        return NOT_DONE
    finally:
        db.close()
    return 0


def _standing(db: Database) -> str:
    with db.reading() as connection:
        here = migrating.revision_of(connection)
        if here is None:
            return "The database is empty."
        oldest = releases.oldest_that_lives_with(connection, here) or here
    newest = "the newest revision" if here == migrating.newest() else "revision"
    beside = "" if oldest == here else f"; services of releases from {oldest} on may go on beside it"
    return f"The database is at {newest}, {here}{beside}."
