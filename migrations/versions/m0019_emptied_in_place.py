"""SQLite: the words of a record that was erased, and its key, are overwritten where they stand.

A row that is deleted makes SQLite move its neighbours among pages, and what was moved stays behind in the
page that it came from: a key of somebody who is erased later. `user_version` says that no row was ever moved.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

ZEROS = "0" * 16
"""How the key of an emptied row begins."""
REFUSED = "BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END"
UPDATES = "CREATE TRIGGER contents_no_update BEFORE UPDATE OF id, sealed ON contents"
ERASED = "NEW.id = OLD.id AND EXISTS (SELECT 1 FROM erased WHERE content = OLD.id)"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP TRIGGER contents_no_update")
    op.execute(f"{UPDATES} WHEN NOT ({ERASED}) {REFUSED}")
    is_empty = op.get_bind().exec_driver_sql("SELECT 1 FROM contents").first() is None
    op.execute(f"PRAGMA user_version = {int(is_empty)}")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    contents = sa.table("contents", sa.column("wrapped_key"))
    op.execute(sa.delete(contents).where(contents.c.wrapped_key.between(ZEROS, f"{ZEROS}1")))
    op.execute("DROP TRIGGER contents_no_update")
    op.execute(f"{UPDATES} {REFUSED}")
    op.execute("PRAGMA user_version = 0")
