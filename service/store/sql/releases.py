"""Which releases live with a database: said beside its revision by whoever migrates it.

A release is known by the newest revision that it knows. A migration names the oldest release that lives with
what it makes (`lives_with`), as one does that only adds. One that names none, as those before 0021, lives
with its own.
"""

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

MARK = ("marked_revision", "oldest_revision")
_VERSION = sa.table("alembic_version", *map(sa.column, ("version_num", *MARK)))


def oldest(tree: ScriptDirectory, revision: str) -> str:
    """The oldest revision whose release lives with a database of this one: with all that was made in it."""
    scripts = list(tree.iterate_revisions(revision, "base"))
    return max(str(getattr(script.module, "lives_with", script.revision)) for script in scripts)


def mark(tx: sa.Connection, tree: ScriptDirectory) -> None:
    """Says beside the database's revision which releases live with it, where there is room for that."""
    here = MigrationContext.configure(tx).get_current_revision()
    if here is not None and _has_room(tx):
        tx.execute(sa.update(_VERSION).values(marked_revision=here, oldest_revision=oldest(tree, here)))


def oldest_that_lives_with(connection: sa.Connection, revision: str) -> str | None:
    """The oldest revision whose release lives with the database, as was said when it came to this one; None:
    it was not said."""
    if not _has_room(connection):
        return None
    row = connection.execute(sa.select(_VERSION)).first()
    return row.oldest_revision if row is not None and row.marked_revision == revision else None


def _has_room(connection: sa.Connection) -> bool:
    names = {column["name"] for column in sa.inspect(connection).get_columns(_VERSION.name)}
    return names.issuperset(MARK)
