"""Bringing a database to the newest shape, and asking whether it is."""

from functools import cache
from importlib.resources import files
from typing import Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.store.sql.engine import Database

Shape = Literal["current", "not-migrated", "behind", "newer"]
"""`newer`: a newer release migrated it."""
SHAPES: dict[Shape, str] = {
    "not-migrated": "The database is not migrated: run `gateproof migrate`, or serve --migrate.",
    "behind": "The database is of an older release: run `gateproof migrate`, or serve --migrate.",
    "newer": "The database is newer than this program: install the release that migrated it, or a newer one.",
}


class NewerDatabase(Exception):
    """A newer release migrated the database: this one knows no way from there."""


def migrate(db: Database, to: str = "head") -> None:
    """Up (or down) to a revision, in one transaction: all of it or nothing."""
    with db.writing() as connection:
        if not db.is_sqlite:
            # Two services that start at once migrate one after the other.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7283005)")
        if shape_of(connection) == "newer":
            raise NewerDatabase
        config = _config()
        config.attributes["connection"] = connection
        config.attributes["keyring"] = db.keyring
        if _is_up(connection, to):
            command.upgrade(config, to)
        else:
            command.downgrade(config, to)


def shape_of(connection: sa.Connection) -> Shape:
    """Returns how the database's shape compares with the newest that this program knows."""
    here = MigrationContext.configure(connection).get_current_revision()
    if here is None:
        return "not-migrated"
    if here == newest():
        return "current"
    return "behind" if here in _known() else "newer"


@cache
def newest() -> str | None:
    """The newest revision of the tree."""
    return ScriptDirectory.from_config(_config()).get_current_head()


@cache
def _known() -> frozenset[str]:
    """Every revision of the tree."""
    tree = ScriptDirectory.from_config(_config())
    return frozenset(script.revision for script in tree.walk_revisions())


def _is_up(connection: sa.Connection, to: str) -> bool:
    if to in ("head", "base"):
        return to == "head"
    tree = ScriptDirectory.from_config(_config())
    here = MigrationContext.configure(connection).get_current_revision()
    below = {script.revision for script in tree.iterate_revisions(here, "base")} if here else set()
    return to not in below


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config
