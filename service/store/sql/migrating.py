"""Bringing a database to the newest shape, and asking whether it is."""

from functools import cache
from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.store.sql.engine import Database


def migrate(db: Database, to: str = "head") -> None:
    """Up (or down) to a revision, in one transaction: all of it or nothing."""
    with db.writing() as connection:
        if not db.is_sqlite:
            # Two services that start at once migrate one after the other.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7283005)")
        config = _config()
        config.attributes["connection"] = connection
        config.attributes["keyring"] = db.keyring
        if _is_up(connection, to):
            command.upgrade(config, to)
        else:
            command.downgrade(config, to)


def is_current(connection: sa.Connection) -> bool:
    """Returns whether the database's shape is the newest."""
    return MigrationContext.configure(connection).get_current_revision() == newest()


@cache
def newest() -> str | None:
    """The newest revision of the tree."""
    return ScriptDirectory.from_config(_config()).get_current_head()


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
