"""Bringing a database to the newest shape, and asking whether it is."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.store.sql import releases
from service.store.sql.engine import Database
from service.store.sql.losing import Loss, counts_of, losses

Shape = Literal["current", "not-migrated", "behind", "expanded", "unmarked", "newer"]
"""The last three: a newer release migrated it. `expanded`: this one lives with it all the same; `unmarked`:
whether it does is not said; `newer`: it does not."""
SERVED: frozenset[Shape] = frozenset(["current", "expanded"])
"""The shapes with which this release may start."""
NEWER = (
    "The database is newer than this program: a newer release migrated it. Start that one, or restore a"
    " backup from before."
)
EXPANDED = (
    "The database is newer than this program: a newer release migrated it, beside which this one may serve."
    " For this, take the newer one."
)
SHAPES: dict[Shape, str] = {
    "current": "The database is at the newest revision.",
    "not-migrated": "The database is not migrated: run `gateproof migrate`, or serve --migrate.",
    "behind": "The database is of an older release: run `gateproof migrate`, or serve --migrate.",
    "expanded": EXPANDED,
    "unmarked": NEWER,
    "newer": NEWER,
}


class NewerDatabase(Exception):
    """A newer release migrated the database: this one knows no way from there."""


class WouldLose(Exception):
    """The way down would take what is in the database, and nobody said that it may."""

    def __init__(self, losses: Sequence[Loss]) -> None:
        super().__init__("the way down would lose data")
        self.losses = losses


def migrate(db: Database, to: str = "head", *, may_lose: bool = True) -> None:
    """Up (or down) to a revision, in one transaction: all of it or nothing. Raises WouldLose unless a way
    down takes nothing that is there, or may."""
    with db.writing() as connection:
        if not db.is_sqlite:
            # Two services that start at once migrate one after the other.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7283005)")
        if shape_of(connection) in ("expanded", "unmarked", "newer"):
            raise NewerDatabase
        config = _config()
        config.attributes["connection"] = connection
        config.attributes["keyring"] = db.keyring
        if _is_up(connection, to):
            command.upgrade(config, to)
        else:
            before = {} if may_lose else counts_of(connection)
            command.downgrade(config, to)
            if not may_lose and (lost := losses(before, counts_of(connection))):
                raise WouldLose(lost)
        releases.mark(connection, ScriptDirectory.from_config(config))


def revision_of(connection: sa.Connection) -> str | None:
    """The database's revision; None: it is not migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def shape_of(connection: sa.Connection) -> Shape:
    """Returns how the database's shape compares with the newest that this program knows."""
    here = revision_of(connection)
    if here is None:
        return "not-migrated"
    if here == newest():
        return "current"
    if here in known():
        return "behind"
    oldest = releases.oldest_that_lives_with(connection, here)
    if oldest is None:
        return "unmarked"
    return "expanded" if oldest in known() else "newer"


@cache
def newest() -> str | None:
    """The newest revision of the tree."""
    return ScriptDirectory.from_config(_config()).get_current_head()


@cache
def known() -> frozenset[str]:
    """Every revision of the tree."""
    tree = ScriptDirectory.from_config(_config())
    return frozenset(script.revision for script in tree.walk_revisions())


def _is_up(connection: sa.Connection, to: str) -> bool:
    if to in ("head", "base"):
        return to == "head"
    tree = ScriptDirectory.from_config(_config())
    here = revision_of(connection)
    below = {script.revision for script in tree.iterate_revisions(here, "base")} if here else set()
    return to not in below


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config
