"""A migration that fails leaves nothing half-made."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

import migrations
from service.store.sql import migrating
from service.store.sql.engine import Database

BROKEN = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("half_made", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE people SET function = 'half-made'")
    op.add_column("people", sa.Column("half_made", sa.Text))
    op.execute("INSERT INTO half_made VALUES (1)")
    raise RuntimeError("the power failed")


def downgrade() -> None:
    op.execute("UPDATE people SET function = 'half-made'")
    raise RuntimeError("the power failed")
"""


@pytest.fixture
def break_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on the tree's last migration fails halfway."""
    tree = tmp_path / "tree"
    copytree(Path(migrations.__file__).parent, tree, ignore=ignore_patterns("__pycache__"))
    (tree / "versions" / "m9999_broken.py").write_text(BROKEN.format(head=migrating.newest()))
    config = Config()
    config.set_main_option("script_location", str(tree))
    return lambda: monkeypatch.setattr(migrating, "_config", lambda: config)


def revision(db: Database) -> str | None:
    with db.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def shape(db: Database) -> dict[str, list[str]]:
    with db.reading() as connection:
        inspector = inspect(connection)
        return {
            table: [column["name"] for column in inspector.get_columns(table)]
            for table in inspector.get_table_names()
        }


def test_on_top_of_data_nothing_changes(db: Database, break_tree: Callable[[], None]) -> None:
    break_tree()
    before = revision(db), shape(db)

    with pytest.raises(RuntimeError, match="power"):
        migrating.migrate(db)

    assert (revision(db), shape(db)) == before
    with db.reading() as connection:
        functions = connection.execute(text("SELECT DISTINCT function FROM people")).scalars()
        assert set(functions) == {"administration"}


def test_from_nothing_not_even_the_first_tables_are_made(
    empty: Database, break_tree: Callable[[], None]
) -> None:
    break_tree()

    with pytest.raises(RuntimeError, match="power"):
        migrating.migrate(empty)

    assert (revision(empty), shape(empty)) == (None, {})


def test_up_to_the_one_before_is_possible(empty: Database, break_tree: Callable[[], None]) -> None:
    break_tree()
    head = migrating.newest()
    assert head

    migrating.migrate(empty, head)

    assert revision(empty) == head
