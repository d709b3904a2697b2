"""A recorded conversation touches fewer of SQLite's trees, and of every database's for ids elsewhere.

Rows that are little more than their key stand in the key's own tree, on SQLite. An id elsewhere is found by
its mark, so the key begins with it: no other index is needed.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

MARKED = ["mark", "portfolio"]
ATTENDED = ("person", "portfolio", "segment", "recorded_at", "conversation")


def upgrade() -> None:
    if not _is_sqlite():
        op.drop_index("ix_marked_ids_mark", "marked_ids")
        op.drop_constraint(op.f("pk_marked_ids"), "marked_ids", type_="primary")
        op.create_primary_key(op.f("pk_marked_ids"), "marked_ids", MARKED)
        return
    _marked_ids(MARKED, with_rowid=False)
    _attended(with_rowid=False)
    _idempotency_keys(with_rowid=False)


def downgrade() -> None:
    if _is_sqlite():
        _marked_ids(MARKED[::-1], with_rowid=True)
        _attended(with_rowid=True)
        _idempotency_keys(with_rowid=True)
    else:
        op.drop_constraint(op.f("pk_marked_ids"), "marked_ids", type_="primary")
        op.create_primary_key(op.f("pk_marked_ids"), "marked_ids", MARKED[::-1])
    op.create_index("ix_marked_ids_mark", "marked_ids", ["mark"], unique=False)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _marked_ids(key: Sequence[str], *, with_rowid: bool) -> None:
    _anew(
        "marked_ids",
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_marked_ids")),
        with_rowid=with_rowid,
    )
    op.create_index("ix_marked_ids_kind_ref", "marked_ids", ["kind", "ref"], unique=False)


def _attended(*, with_rowid: bool) -> None:
    _anew(
        "attended",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_attended_conversation")
        ),
        sa.PrimaryKeyConstraint(*ATTENDED, name=op.f("pk_attended")),
        with_rowid=with_rowid,
    )
    op.create_index("ix_attended_conversation", "attended", ["conversation"], unique=False)
    op.execute(
        "CREATE TRIGGER attended_no_delete BEFORE DELETE ON attended "
        "BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END"
    )


def _idempotency_keys(*, with_rowid: bool) -> None:
    _anew(
        "idempotency_keys",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "route", "key", name=op.f("pk_idempotency_keys")),
        with_rowid=with_rowid,
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)


def _anew(name: str, *columns: sa.schema.SchemaItem, with_rowid: bool) -> None:
    """SQLite changes no key where there is one: the rows go into a new table. Indexes and triggers go."""
    op.rename_table(name, "earlier")
    made = op.create_table(name, *columns, sqlite_with_rowid=with_rowid)
    listed = [column.name for column in made.columns]
    earlier = sa.table("earlier", *map(sa.column, listed))
    op.execute(made.insert().from_select(listed, sa.select(earlier)))
    op.drop_table("earlier")
